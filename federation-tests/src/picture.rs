//! Pictures, made by hand: nothing is compressed.

/// A PNG that says it is `width` by `height`, with other chunks between its header and its pixels: rows of `real`
/// pixels of three bytes each.
///
/// # Panics
/// If the pixels are more than 64 KiB.
#[must_use]
pub fn png(width: u32, height: u32, chunks: &[(&[u8; 4], Vec<u8>)], pixels: &[u8], real: usize) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = width.to_be_bytes().to_vec();
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut file, b"IHDR", &header);
    for (name, data) in chunks {
        chunk(&mut file, name, data);
    }
    let rows = pixels.chunks(real * 3);
    let raw: Vec<u8> = rows.flat_map(|row| [&[0], row].concat()).collect();
    let length = u16::try_from(raw.len()).expect("too many pixels");
    let mut data = vec![0x78, 0x01, 0x01];
    data.extend(length.to_le_bytes());
    data.extend((!length).to_le_bytes());
    data.extend(&raw);
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in &raw {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    data.extend((b << 16 | a).to_be_bytes());
    chunk(&mut file, b"IDAT", &data);
    chunk(&mut file, b"IEND", b"");
    file
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend(u32::try_from(data.len()).expect("too long").to_be_bytes());
    let mut crc = u32::MAX;
    for byte in name.iter().chain(data) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    file.extend(name);
    file.extend(data);
    file.extend((!crc).to_be_bytes());
}
