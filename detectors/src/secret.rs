//! The only home of raw values outside the bytes they were read from.
//!
//! A [`Secret`] cannot be printed, compared in a message, copied or serialised, and its bytes are
//! wiped when it goes. The type system keeps values inside, not discipline:
//!
//! ```compile_fail,E0277
//! let secret = detectors::Secret::new(b"219-47-3612".to_vec());
//! println!("{secret:?}");
//! ```
//! ```compile_fail,E0277
//! let secret = detectors::Secret::new(b"219-47-3612".to_vec());
//! println!("{secret}");
//! ```
//! ```compile_fail,E0599
//! let secret = detectors::Secret::new(b"219-47-3612".to_vec());
//! let copy = secret.clone();
//! ```
//!
//! What may be done with it is to hash it under a key:
//!
//! ```
//! let secret = detectors::Secret::new(b"219473612".to_vec());
//! assert_eq!(secret.expose().len(), 9);
//! ```

use zeroize::Zeroizing;

/// Raw bytes of a detected value, normalised.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the bytes over; they are wiped when the secret is dropped.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for keyed hashing and for nothing else.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}
