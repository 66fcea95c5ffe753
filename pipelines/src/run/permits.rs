//! Bounds on what is in flight: bytes of blocks, and units.

use std::sync::{Condvar, Mutex, PoisonError};

/// A number of permits that tasks take and give back.
pub(super) struct Permits {
    free: Mutex<u64>,
    given_back: Condvar,
    all: u64,
}

/// Permits in use; given back on drop, also when a task unwinds.
pub(super) struct Taken<'p> {
    permits: &'p Permits,
    number: u64,
}

impl Permits {
    /// `all` permits, none in use.
    pub(super) fn new(all: u64) -> Self {
        Self {
            free: Mutex::new(all),
            given_back: Condvar::new(),
            all,
        }
    }

    /// Takes permits if they are free now. Who wants more than there are may have all of them.
    pub(super) fn try_take(&self, number: u64) -> Option<Taken<'_>> {
        let number = number.min(self.all);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free = free.checked_sub(number)?;
        Some(Taken {
            permits: self,
            number,
        })
    }

    /// Waits for a permit.
    pub(super) fn take(&self) -> Taken<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self
            .given_back
            .wait_while(free, |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Taken {
            permits: self,
            number: 1,
        }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut free = self
            .permits
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *free += self.number;
        self.permits.given_back.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::Permits;

    #[test]
    fn permits_come_back_when_dropped() {
        let permits = Permits::new(10);
        let seven = permits.try_take(7);
        assert!(seven.is_some());
        assert!(permits.try_take(4).is_none());
        let three = permits.try_take(3);
        assert!(three.is_some() && permits.try_take(1).is_none());
        drop(seven);
        assert!(permits.try_take(7).is_some());
        drop(three);
        assert!(
            permits.try_take(1000).is_some(),
            "one that is too large may have all"
        );
    }
}
