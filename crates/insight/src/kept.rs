//! A file of blocks one after the other, then what they have in common and where each lies.
//!
//! Every part has a checksum, and a file of another form is refused by its last bytes. Blocks are
//! read one by one, by several threads and without one waiting for the other, so a question over a
//! file needs memory for the blocks at hand and not for the file.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    os::unix::fs::FileExt,
    path::Path,
};

use twox_hash::XxHash3_64;

use crate::bytes::{Decoder, Encoder};

/// The first and the last bytes of a file; the last of them is the version of the form.
pub(crate) type Mark = [u8; 8];

/// What stands behind the frame: its length, its checksum, and the mark.
const TRAILER: u64 = 24;

/// Why what was kept is not read.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// The system refused.
    #[error("what was kept cannot be read: see whether the disk is well")]
    Unreadable(#[source] io::Error),
    /// Another form.
    #[error(
        "this file was not kept for this question, or by another version: keep it anew from its \
         source"
    )]
    Foreign,
    /// Bytes that are not those that were written.
    #[error("block {0} of what was kept is damaged: keep it anew from its source")]
    Block(usize),
    /// The same, of what the blocks have in common.
    #[error("the frame of what was kept is damaged: keep it anew from its source")]
    Frame,
}

impl From<io::Error> for Damage {
    fn from(error: io::Error) -> Damage {
        Damage::Unreadable(error)
    }
}

/// A file being written.
///
/// Whoever calls makes sure that nobody takes an unfinished file for a whole one: write beside, then
/// rename.
pub(crate) struct Writer {
    out: BufWriter<File>,
    mark: Mark,
    offset: u64,
    blocks: u32,
    places: Encoder,
}

impl Writer {
    pub(crate) fn create(path: &Path, mark: Mark) -> io::Result<Writer> {
        let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
        out.write_all(&mark)?;
        let offset = mark.len() as u64;
        Ok(Writer { out, mark, offset, blocks: 0, places: Encoder::default() })
    }

    pub(crate) fn block(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.places.u64(self.offset);
        self.places.u32(bytes.len() as u32);
        self.places.u64(XxHash3_64::oneshot(bytes));
        self.offset += bytes.len() as u64;
        self.blocks += 1;
        Ok(())
    }

    /// Ends the file with what the blocks have in common, and says how many bytes it has.
    pub(crate) fn finish(mut self, mut frame: Encoder) -> io::Result<u64> {
        frame.u32(self.blocks);
        frame.0.extend(&self.places.0);
        self.out.write_all(&frame.0)?;
        self.out.write_all(&(frame.0.len() as u64).to_le_bytes())?;
        self.out.write_all(&XxHash3_64::oneshot(&frame.0).to_le_bytes())?;
        self.out.write_all(&self.mark)?;
        self.out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(self.offset + frame.0.len() as u64 + TRAILER)
    }
}

/// Where a block lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    offset: u64,
    length: u32,
    checksum: u64,
}

/// Blocks that are still on disk.
#[derive(Debug)]
pub(crate) struct Blocks {
    file: File,
    places: Vec<Place>,
}

/// Opens a file and reads what its blocks have in common.
pub(crate) fn open<F>(
    path: &Path,
    mark: Mark,
    frame: impl FnOnce(&mut Decoder<'_>) -> Option<F>,
) -> Result<(F, Blocks), Damage> {
    let mut file = File::open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    if length < mark.len() as u64 + TRAILER {
        return Err(Damage::Foreign);
    }
    let mut trailer = [0; TRAILER as usize];
    file.seek(SeekFrom::End(-(TRAILER as i64)))?;
    file.read_exact(&mut trailer)?;
    let mut said = Decoder(&trailer[..16]);
    let (Some(bytes), Some(checksum)) = (said.u64(), said.u64()) else {
        return Err(Damage::Foreign);
    };
    if trailer[16..] != mark[..] {
        return Err(Damage::Foreign);
    }
    let room = length - TRAILER - mark.len() as u64;
    if bytes > room {
        return Err(Damage::Frame);
    }
    let mut said = vec![0; bytes as usize];
    file.read_exact_at(&mut said, length - TRAILER - bytes)?;
    if XxHash3_64::oneshot(&said) != checksum {
        return Err(Damage::Frame);
    }
    let mut said = Decoder(&said);
    let frame = frame(&mut said).ok_or(Damage::Frame)?;
    let places = places(&mut said, length - TRAILER - bytes).ok_or(Damage::Frame)?;
    Ok((frame, Blocks { file, places }))
}

fn places(said: &mut Decoder<'_>, end: u64) -> Option<Vec<Place>> {
    let mut places = Vec::new();
    for _ in 0..said.count(20)? {
        let place = Place { offset: said.u64()?, length: said.u32()?, checksum: said.u64()? };
        if place.offset.checked_add(u64::from(place.length))? > end {
            return None;
        }
        places.push(place);
    }
    Some(places)
}

impl Blocks {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// How many bytes they have.
    pub(crate) fn bytes(&self) -> u64 {
        self.places.iter().map(|place| u64::from(place.length)).sum()
    }

    /// Reads a block; `bytes` is room that can be used again. Panics if there is no such block.
    pub(crate) fn read<'a>(
        &self,
        number: usize,
        bytes: &'a mut Vec<u8>,
    ) -> Result<Decoder<'a>, Damage> {
        let place = self.places[number];
        bytes.resize(place.length as usize, 0);
        self.file.read_exact_at(bytes, place.offset)?;
        if XxHash3_64::oneshot(bytes) != place.checksum {
            return Err(Damage::Block(number));
        }
        Ok(Decoder(bytes))
    }
}
