//! A small picture for everyone, so that people can be told apart at a glance: their site's colour and a pattern
//! made from their name, mirrored, as PNG.

/// Cells on a side.
const CELLS: usize = 5;
/// Pixels on a side of a cell.
const CELL: usize = 32;
/// Pixels of margin.
const MARGIN: usize = 20;
const SIDE: usize = CELLS * CELL + 2 * MARGIN;

/// The picture of `name` in `colour`, 200 by 200 pixels.
pub(crate) fn avatar(name: &str, colour: [u8; 3]) -> Vec<u8> {
    let seed = fnv(name);
    // Colleagues share a hue and differ in lightness.
    let lighter = u16::try_from(seed >> 40 & 0x3f).unwrap_or_default();
    let ink = colour.map(|part| u8::try_from((u16::from(part) + lighter).min(230)).unwrap_or(230));
    let paper = colour.map(|part| u8::try_from(255 - (255 - u16::from(part)) / 7).unwrap_or(255));
    let mut rows = Vec::with_capacity(SIDE * (SIDE * 3 + 1));
    for y in 0..SIDE {
        rows.push(0); // PNG: this row is not filtered
        for x in 0..SIDE {
            rows.extend(if inked(seed, x, y) { ink } else { paper });
        }
    }
    png(SIDE, SIDE, &rows)
}

fn inked(seed: u64, x: usize, y: usize) -> bool {
    let inside = MARGIN..SIDE - MARGIN;
    if !inside.contains(&x) || !inside.contains(&y) {
        return false;
    }
    let (column, row) = ((x - MARGIN) / CELL, (y - MARGIN) / CELL);
    let column = column.min(CELLS - 1 - column);
    seed >> (row * 3 + column) & 1 == 1
}

/// A PNG file of `rows`: each a zero, then its pixels, red green blue.
pub(super) fn png(width: usize, height: usize, rows: &[u8]) -> Vec<u8> {
    let [width, height] = [width, height].map(|side| u32::try_from(side).unwrap_or_default().to_be_bytes());
    // Eight bits a channel, red green blue, nothing special.
    let header = [width.as_slice(), &height, &[8, 2, 0, 0, 0]].concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", header), (b"IDAT", zlib(rows)), (b"IEND", Vec::new())] {
        file.extend(u32::try_from(data.len()).unwrap_or_default().to_be_bytes());
        let body = [kind.as_slice(), &data].concat();
        file.extend(&body);
        file.extend(crc(&body).to_be_bytes());
    }
    file
}

/// zlib's container around blocks that are stored, not compressed.
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        out.push(u8::from(blocks.peek().is_none()));
        let length = u16::try_from(block.len()).unwrap_or_default();
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend((b << 16 | a).to_be_bytes());
    out
}

fn crc(data: &[u8]) -> u32 {
    !data.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_known_ones() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        assert_eq!(zlib(b"Wikipedia")[16..], 0x11e6_0398_u32.to_be_bytes());
    }

    #[test]
    fn people_differ() {
        let colour = [0x1f, 0x5f, 0x8b];
        assert_ne!(avatar("sam", colour), avatar("priya", colour));
        assert!(avatar("sam", colour).starts_with(b"\x89PNG"));
    }
}
