//! A segment on disk.

use std::{io, path::Path};

use super::{Block, Frame, Segment};
use crate::{
    bytes::Encoder,
    kept::{self, Blocks, Damage, Mark, Writer},
};

const MARK: Mark = *b"LSseg\0\0\x01";

/// A segment whose blocks are still on disk.
#[derive(Debug)]
pub struct Opened {
    /// What the blocks have in common.
    pub frame: Frame,
    blocks: Blocks,
}

/// Writes a segment, and says how many bytes it has.
///
/// # Errors
/// What the system said. Whoever calls makes sure that nobody takes an unfinished file for a whole
/// one: write beside, then rename.
pub fn write(segment: &Segment, path: &Path) -> io::Result<u64> {
    let mut writer = Writer::create(path, MARK)?;
    let mut bytes = Encoder::default();
    for block in &segment.blocks {
        bytes.0.clear();
        bytes.block(block);
        writer.block(&bytes.0)?;
    }
    let mut frame = Encoder::default();
    frame.frame(&segment.frame);
    writer.finish(frame)
}

/// Opens a segment and reads its frame.
///
/// # Errors
/// [`Damage`], which says what to do.
pub fn open(path: &Path) -> Result<Opened, Damage> {
    let (frame, blocks) = kept::open(path, MARK, |said| said.frame())?;
    Ok(Opened { frame, blocks })
}

impl Opened {
    /// How many blocks there are.
    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// How many bytes the blocks have.
    pub fn bytes(&self) -> u64 {
        self.blocks.bytes()
    }

    /// Reads a block into the room of another; `bytes` is room that can be used again.
    ///
    /// # Errors
    /// [`Damage`], which says what to do; what is in the room then says nothing.
    ///
    /// # Panics
    /// If there is no such block.
    pub fn block(
        &self,
        number: usize,
        into: &mut Block,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Damage> {
        let mut said = self.blocks.read(number, bytes)?;
        let read = said.block(&self.frame, into).filter(|()| said.0.is_empty());
        read.ok_or(Damage::Block(number))
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// [`Damage`], which says what to do.
    pub fn read(&self) -> Result<Segment, Damage> {
        let mut bytes = Vec::new();
        let read = |number| {
            let mut block = Block::default();
            self.block(number, &mut block, &mut bytes).map(|()| block)
        };
        let blocks: Result<Vec<Block>, Damage> = (0..self.blocks()).map(read).collect();
        Ok(Segment { frame: self.frame.clone(), blocks: blocks? })
    }
}
