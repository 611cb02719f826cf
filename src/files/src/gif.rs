//! GIF without anything but its pictures: what could be a message, a program or another file goes.

/// Most pictures in one animation.
const FRAMES: usize = 1_000;

/// The animation without comments, texts, extensions of programs (but the one that says how often it is played) and
/// whatever follows its end. `None` if it cannot be read to its end, or is no animation.
pub(crate) fn animation(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader { bytes, at: 0 };
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(reader.take(6)?);
    let screen = reader.take(7)?;
    out.extend_from_slice(screen);
    out.extend_from_slice(reader.take(table(*screen.get(4)?))?);
    let mut frames = 0;
    loop {
        match *reader.take(1)?.first()? {
            0x21 => {
                let label = *reader.take(1)?.first()?;
                let blocks = reader.blocks()?;
                let kept = label == 0xf9 || (label == 0xff && blocks.starts_with(b"\x0bNETSCAPE2.0\x03\x01"));
                if kept {
                    out.extend_from_slice(&[0x21, label]);
                    out.extend_from_slice(blocks);
                }
            }
            0x2c => {
                frames += 1;
                let place = reader.take(9)?;
                out.push(0x2c);
                out.extend_from_slice(place);
                out.extend_from_slice(reader.take(table(*place.get(8)?))?);
                out.extend_from_slice(reader.take(1)?);
                out.extend_from_slice(reader.blocks()?);
            }
            0x3b => {
                out.push(0x3b);
                return (2..=FRAMES).contains(&frames).then_some(out);
            }
            _ => return None,
        }
    }
}

/// Bytes of a colour table.
const fn table(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    /// Blocks, each with its length, with the empty one that ends them.
    fn blocks(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        loop {
            let length = usize::from(*self.take(1)?.first()?);
            if length == 0 {
                return self.bytes.get(start..self.at);
            }
            self.take(length)?;
        }
    }
}
