//! Where exported bytes go: a new file for its owner alone, or stdout; their SHA-256 on the way.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    path::Path,
};

use sha2::{Digest, Sha256};

use crate::failure::Failure;

/// Takes bytes, counts them and sums them up.
pub struct Sink {
    out: Out,
    sum: Sha256,
    bytes: u64,
    /// Whether the reader of stdout has gone away.
    pub reader_is_gone: bool,
}

enum Out {
    File(BufWriter<File>),
    Stdout,
    Nowhere,
}

impl Sink {
    /// A sink that keeps nothing but the sum.
    pub fn nowhere() -> Sink {
        Sink::over(Out::Nowhere)
    }

    /// `-` for stdout, or a file that is not there yet.
    ///
    /// # Errors
    /// When there is such a file, or it cannot be made.
    pub fn create(target: &str) -> Result<Sink, Failure> {
        if target == "-" {
            return Ok(Sink::over(Out::Stdout));
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(Path::new(target)).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Failure::refused(format!("{target} is there already"))
                .advise("Take it away first, or choose another name."),
            _ => Failure::io(&format!("make the file {target}"), &error),
        })?;
        Ok(Sink::over(Out::File(BufWriter::new(file))))
    }

    fn over(out: Out) -> Sink {
        Sink { out, sum: Sha256::new(), bytes: 0, reader_is_gone: false }
    }

    /// How many bytes there were and their SHA-256, once all of them are on disk.
    ///
    /// # Errors
    /// When the last of them cannot be written.
    pub fn finish(self) -> io::Result<(u64, String)> {
        match self.out {
            Out::File(out) => {
                out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?
            }
            Out::Stdout => io::stdout().flush()?,
            Out::Nowhere => {}
        }
        let sum = self.sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok((self.bytes, sum))
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.out {
            Out::File(out) => out.write(bytes),
            Out::Stdout => io::stdout().write(bytes),
            Out::Nowhere => Ok(bytes.len()),
        };
        if written.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            self.reader_is_gone = true;
        }
        let written = written?;
        self.sum.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Out::File(out) => out.flush(),
            Out::Stdout => io::stdout().flush(),
            Out::Nowhere => Ok(()),
        }
    }
}
