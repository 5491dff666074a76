//! A segment on disk: blocks one after the other, then what they have in common and where each lies.
//!
//! Every part has a checksum, and a file of another version is refused by its first bytes. Blocks
//! are read one by one, by several threads and without one waiting for the other, so a question
//! over a segment needs memory for the blocks at hand and not for the file.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    os::unix::fs::FileExt,
    path::Path,
};

use twox_hash::XxHash3_64;

use super::{
    Block, Frame, Segment,
    codec::{Decoder, Encoder},
};

/// The first and the last bytes of a file; the last of them is the version of the form.
const MARK: &[u8; 8] = b"LSseg\0\0\x01";

/// What stands behind the frame: its length, its checksum, and the mark.
const TRAILER: u64 = 24;

/// Why a segment was not read.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// The system refused.
    #[error("the segment cannot be read: see whether the disk is well")]
    Unreadable(#[source] io::Error),
    /// Another form.
    #[error("this is no segment, or one of another version: build it anew from the files")]
    Foreign,
    /// Bytes that are not those that were written.
    #[error("block {0} of the segment is damaged: build it anew from the files")]
    Block(usize),
    /// The same, of what the blocks have in common.
    #[error("the frame of the segment is damaged: build it anew from the files")]
    Frame,
}

impl From<io::Error> for Damage {
    fn from(error: io::Error) -> Damage {
        Damage::Unreadable(error)
    }
}

/// Where a block lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    offset: u64,
    length: u32,
    checksum: u64,
}

/// A segment whose blocks are still on disk.
#[derive(Debug)]
pub struct Opened {
    /// What the blocks have in common.
    pub frame: Frame,
    file: File,
    places: Vec<Place>,
}

/// Writes a segment, and says how many bytes it has.
///
/// # Errors
/// What the system said. Whoever calls makes sure that nobody takes an unfinished file for a whole
/// one: write beside, then rename.
pub fn write(segment: &Segment, path: &Path) -> io::Result<u64> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    out.write_all(MARK)?;
    let mut offset = MARK.len() as u64;
    let mut frame = Encoder::default();
    frame.frame(&segment.frame);
    frame.u32(segment.blocks.len() as u32);
    for block in &segment.blocks {
        let mut bytes = Encoder::default();
        bytes.block(block);
        out.write_all(&bytes.0)?;
        frame.u64(offset);
        frame.u32(bytes.0.len() as u32);
        frame.u64(XxHash3_64::oneshot(&bytes.0));
        offset += bytes.0.len() as u64;
    }
    out.write_all(&frame.0)?;
    out.write_all(&(frame.0.len() as u64).to_le_bytes())?;
    out.write_all(&XxHash3_64::oneshot(&frame.0).to_le_bytes())?;
    out.write_all(MARK)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(offset + frame.0.len() as u64 + TRAILER)
}

/// Opens a segment and reads its frame.
///
/// # Errors
/// [`Damage`], which says what to do.
pub fn open(path: &Path) -> Result<Opened, Damage> {
    let mut file = File::open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    if length < MARK.len() as u64 + TRAILER {
        return Err(Damage::Foreign);
    }
    let mut trailer = [0; TRAILER as usize];
    file.seek(SeekFrom::End(-(TRAILER as i64)))?;
    file.read_exact(&mut trailer)?;
    let mut said = Decoder(&trailer[..16]);
    let (Some(bytes), Some(checksum)) = (said.u64(), said.u64()) else {
        return Err(Damage::Foreign);
    };
    if trailer[16..] != MARK[..] {
        return Err(Damage::Foreign);
    }
    let room = length - TRAILER - MARK.len() as u64;
    if bytes > room {
        return Err(Damage::Frame);
    }
    let mut frame = vec![0; bytes as usize];
    file.read_exact_at(&mut frame, length - TRAILER - bytes)?;
    if XxHash3_64::oneshot(&frame) != checksum {
        return Err(Damage::Frame);
    }
    let blocks_end = length - TRAILER - bytes;
    let mut said = Decoder(&frame);
    let frame = said.frame().ok_or(Damage::Frame)?;
    let places = places(&mut said, blocks_end).ok_or(Damage::Frame)?;
    Ok(Opened { frame, file, places })
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

impl Opened {
    /// How many blocks there are.
    pub fn blocks(&self) -> usize {
        self.places.len()
    }

    /// How many bytes the blocks have.
    pub fn bytes(&self) -> u64 {
        self.places.iter().map(|place| u64::from(place.length)).sum()
    }

    /// Reads a block; `bytes` is room that can be used again.
    ///
    /// # Errors
    /// [`Damage`], which says what to do.
    ///
    /// # Panics
    /// If there is no such block.
    pub fn block(&self, number: usize, bytes: &mut Vec<u8>) -> Result<Block, Damage> {
        let place = self.places[number];
        bytes.resize(place.length as usize, 0);
        self.file.read_exact_at(bytes, place.offset)?;
        if XxHash3_64::oneshot(bytes) != place.checksum {
            return Err(Damage::Block(number));
        }
        let mut said = Decoder(bytes);
        let block = said.block(&self.frame).filter(|_| said.0.is_empty());
        block.ok_or(Damage::Block(number))
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// [`Damage`], which says what to do.
    pub fn read(&self) -> Result<Segment, Damage> {
        let mut bytes = Vec::new();
        let blocks: Result<Vec<Block>, Damage> =
            (0..self.blocks()).map(|number| self.block(number, &mut bytes)).collect();
        Ok(Segment { frame: self.frame.clone(), blocks: blocks? })
    }
}
