//! The one door to standard output and standard error.
//!
//! Lints deny printing everywhere else, so whatever a person or a script sees has passed here, and
//! only printable types are handed in. Colours respect `NO_COLOR` and vanish in pipes; control
//! characters never reach the terminal raw.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::locate::Raw;

/// Standard output and standard error of one command.
#[derive(Debug)]
pub struct Terminal {
    colours: bool,
    stderr_is_terminal: bool,
    width: usize,
}

/// Standard output where a person looks at it: a terminal, no pipe and no file. Whoever holds one
/// may show what was read; there is no other way to [`crate::locate::Raw`].
#[derive(Debug)]
pub struct Screen<'t> {
    terminal: &'t Terminal,
}

/// What a piece of text means; the terminal decides how that looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// A heading.
    Heading,
    /// Something that must not be.
    Bad,
    /// Something to look at.
    Warn,
    /// All is well.
    Good,
    /// Less important.
    Faint,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Heading => Style::new().bold(),
            Self::Bad => Style::new().bold().fg_color(Some(AnsiColor::Red.into())),
            Self::Warn => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
            Self::Good => Style::new().fg_color(Some(AnsiColor::Green.into())),
            Self::Faint => Style::new().dimmed(),
        }
    }
}

impl Terminal {
    /// The terminal of this process: colours where standard output shows them and `NO_COLOR` is
    /// unset or empty (<https://no-color.org>), or where `CLICOLOR_FORCE` asks for them.
    #[must_use]
    pub fn of_process() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let forced = set("CLICOLOR_FORCE");
        let columns = std::env::var("COLUMNS")
            .ok()
            .and_then(|text| text.parse().ok());
        Self {
            colours: !set("NO_COLOR") && (forced || io::stdout().is_terminal()),
            stderr_is_terminal: io::stderr().is_terminal(),
            width: columns.or_else(terminal_width).unwrap_or(100),
        }
    }

    /// Columns of the terminal, or 100 where there is none.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The screen, if standard output is one.
    #[must_use]
    pub fn screen(&self) -> Option<Screen<'_>> {
        io::stdout()
            .is_terminal()
            .then_some(Screen { terminal: self })
    }

    /// Whether progress can be drawn over itself.
    #[must_use]
    pub fn draws(&self) -> bool {
        self.stderr_is_terminal
    }

    /// `text` in the colours of `tone`, for [`Terminal::print`].
    #[must_use]
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        if self.colours && tone != Tone::Plain && !text.is_empty() {
            let style = tone.style();
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// Writes a line to standard output.
    ///
    /// # Errors
    /// [`Error::Closed`] when the reader has gone, [`Error::Failed`] for anything else.
    pub fn print(&self, line: &str) -> Result<(), Error> {
        let mut out = io::stdout().lock();
        writeln!(out, "{line}").map_err(|error| closed_or(&error))
    }

    /// Standard output, for what streams.
    #[must_use]
    pub fn writer(&self) -> impl Write + use<> {
        io::BufWriter::new(io::stdout().lock())
    }

    /// Writes bytes as they are to standard output.
    ///
    /// # Errors
    /// As [`Terminal::print`].
    pub fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)
            .and_then(|()| out.flush())
            .map_err(|error| closed_or(&error))
    }

    /// Writes a line to standard error. A closed standard error is nobody's failure.
    pub fn note(&self, line: &str) {
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    /// Draws `line` over the current line of standard error; an empty one clears it.
    pub fn redraw(&self, line: &str) {
        let mut err = io::stderr().lock();
        let _ = write!(err, "\r\u{1b}[2K{line}");
        let _ = err.flush();
    }
}

impl Screen<'_> {
    /// Shows a label and behind it raw text, with its marks in colour, or between `>>>` and `<<<`
    /// where there are no colours.
    ///
    /// # Errors
    /// As [`Terminal::print`].
    pub fn reveal(&self, label: &str, raw: &Raw) -> Result<(), Error> {
        let mut line = Zeroizing::new(label.to_owned());
        for (piece, marked) in raw.pieces(self) {
            if !marked {
                line.push_str(&piece);
            } else if self.terminal.colours {
                let style = Tone::Bad.style().invert();
                line.push_str(&format!("{style}"));
                line.push_str(&piece);
                line.push_str(&format!("{style:#}"));
            } else {
                line.push_str(">>>");
                line.push_str(&piece);
                line.push_str("<<<");
            }
        }
        self.terminal.print(&line)
    }
}

fn closed_or(error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Error::Closed
    } else {
        Error::failed(format!("cannot write to standard output: {error}"))
    }
}

fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}
