//! Films and sounds for tests, made byte by byte: as they are built, with nothing in them to see or hear.

/// What an MP4 says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Film<'a> {
    /// The word that says of which kind it is, such as `isom`.
    pub brand: &'a [u8; 4],
    /// Pixels, of a film; a sound has none.
    pub pixels: Option<(u16, u16)>,
    /// How many pictures.
    pub frames: u32,
    /// Pictures a second.
    pub rate: u32,
    /// Whether the camera was held upright.
    pub upright: bool,
    /// A picture that stands for it.
    pub cover: Option<&'a [u8]>,
}

impl Default for Film<'_> {
    /// Two seconds, 640 by 360, 30 pictures a second.
    fn default() -> Self {
        Self {
            brand: b"isom",
            pixels: Some((640, 360)),
            frames: 60,
            rate: 30,
            upright: false,
            cover: None,
        }
    }
}

fn long(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A box of the MP4 family.
#[must_use]
pub fn mp4_box(name: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let inner = parts.concat();
    [long(inner.len() + 8).to_be_bytes().as_slice(), name, &inner].concat()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// An MP4.
#[must_use]
pub fn mp4(film: &Film<'_>) -> Vec<u8> {
    let time = numbers(&[0, 0, 0, film.rate, film.frames]);
    let turned = if film.upright {
        [0, 0x1_0000, 0, 0xffff_0000, 0, 0, 0, 0, 0x4000_0000]
    } else {
        [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]
    };
    let (width, height) = film.pixels.unwrap_or_default();
    let shown = [
        numbers(&[0; 10]),
        numbers(&turned),
        numbers(&[u32::from(width) << 16, u32::from(height) << 16]),
    ]
    .concat();
    let handler: &[u8] = if film.pixels.is_some() { b"vide" } else { b"soun" };
    let media = mp4_box(
        b"mdia",
        &[
            &mp4_box(b"mdhd", &[&time, &[0; 4]]),
            &mp4_box(b"hdlr", &[&[0; 8], handler, &[0; 13]]),
            &mp4_box(
                b"minf",
                &[&mp4_box(
                    b"stbl",
                    &[&mp4_box(b"stts", &[&numbers(&[0, 1, film.frames, 1])])],
                )],
            ),
        ],
    );
    let track = mp4_box(b"trak", &[&mp4_box(b"tkhd", &[&shown]), &media]);
    let cover = film.cover.map(|cover| {
        let data = mp4_box(b"data", &[&numbers(&[13, 0]), cover]);
        let list = mp4_box(b"ilst", &[&mp4_box(b"covr", &[&data])]);
        mp4_box(b"udta", &[&mp4_box(b"meta", &[&[0; 4], &list])])
    });
    [
        mp4_box(b"ftyp", &[film.brand, &[0; 4], b"isom"]),
        mp4_box(
            b"moov",
            &[
                &mp4_box(b"mvhd", &[&time, &[0; 80]]),
                &track,
                cover.as_deref().unwrap_or_default(),
            ],
        ),
        mp4_box(b"mdat", &[b"nothing to see"]),
    ]
    .concat()
}

/// An element of WebM; at most 16 KiB in it.
#[must_use]
pub fn webm_element(name: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let inner = parts.concat();
    let size = u16::try_from(inner.len()).unwrap_or(u16::MAX) | 0x4000;
    [name, &size.to_be_bytes(), &inner].concat()
}

/// A WebM of 320 by 240 and 25 pictures a second, whose length is said only if `told`: two seconds.
#[must_use]
pub fn webm(told: bool, seen: bool) -> Vec<u8> {
    let head = webm_element(b"\x1a\x45\xdf\xa3", &[&webm_element(b"\x42\x82", &[b"webm"])]);
    let duration = webm_element(b"\x44\x89", &[&2_000_f32.to_be_bytes()]);
    let said: &[u8] = if told { &duration } else { &[] };
    let info = webm_element(
        b"\x15\x49\xa9\x66",
        &[
            &webm_element(b"\x2a\xd7\xb1", &[&1_000_000_u32.to_be_bytes()]),
            said,
        ],
    );
    let video = webm_element(
        b"\xe0",
        &[
            &webm_element(b"\xb0", &[&320_u16.to_be_bytes()]),
            &webm_element(b"\xba", &[&240_u16.to_be_bytes()]),
        ],
    );
    let each = webm_element(b"\x23\xe3\x83", &[&40_000_000_u32.to_be_bytes()]);
    let kind: &[u8] = if seen { &[1] } else { &[2] };
    let track = webm_element(b"\xae", &[&webm_element(b"\x83", &[kind]), &each, &video]);
    let tracks = webm_element(b"\x16\x54\xae\x6b", &[&track]);
    let cluster = |at: u16, block: i16| {
        let block = [b"\x81".as_slice(), &block.to_be_bytes(), b"\x80nothing"].concat();
        // Recorders do not know how long a cluster will be.
        [
            b"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff".to_vec(),
            webm_element(b"\xe7", &[&at.to_be_bytes()]),
            webm_element(b"\xa3", &[&block]),
        ]
        .concat()
    };
    [
        head,
        b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        info,
        tracks,
        cluster(0, 0),
        cluster(1_500, 500),
    ]
    .concat()
}

/// A page of Ogg with one packet of less than 255 bytes.
#[must_use]
pub fn ogg_page(flags: u8, place: u64, packet: &[u8]) -> Vec<u8> {
    [
        b"OggS\0".as_slice(),
        &[flags],
        &place.to_le_bytes(),
        b"mine",
        &[0; 8],
        &[1, u8::try_from(packet.len()).unwrap_or(u8::MAX)],
        packet,
    ]
    .concat()
}

/// Two seconds of Opus in Ogg.
#[must_use]
pub fn ogg() -> Vec<u8> {
    let mut head = b"OpusHead\x01\x02".to_vec();
    head.extend_from_slice(&312_u16.to_le_bytes());
    head.extend_from_slice(&[0; 7]);
    [
        ogg_page(2, 0, &head),
        ogg_page(0, 0, b"OpusTags"),
        ogg_page(4, 96_312, b"nothing"),
    ]
    .concat()
}

/// `frames` frames of MP3, 128 kbit/s at 44.1 kHz, each about 26 ms long, behind a tag with a picture.
#[must_use]
pub fn mp3(frames: usize, cover: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(cover) = cover {
        let frame = [b"\0image/png\0\x03a cover\0".as_slice(), cover].concat();
        let size = long(frame.len()).to_be_bytes();
        let frame = [b"APIC".as_slice(), &size, &[0; 2], &frame].concat();
        let size = long(frame.len());
        let seven = |shift: u32| u8::try_from((size >> shift) & 127).unwrap_or_default();
        bytes.extend_from_slice(b"ID3\x03\0\0");
        bytes.extend_from_slice(&[seven(21), seven(14), seven(7), seven(0)]);
        bytes.extend_from_slice(&frame);
    }
    for _ in 0..frames {
        bytes.extend_from_slice(b"\xff\xfb\x90\x64");
        bytes.resize(bytes.len() + 413, 0x55);
    }
    bytes
}

/// A frame of AAC: two channels of the profile LC without sums, at 44.1 kHz; its head, then bytes of `sound`, at most 8,184.
#[must_use]
pub fn aac_frame(sound: &[u8]) -> Vec<u8> {
    let length = u16::try_from(sound.len() + 7).unwrap_or(8_191).min(8_191);
    let [high, middle, low] = [length >> 11, (length >> 3) & 255, (length & 7) << 5]
        .map(|part| u8::try_from(part).unwrap_or_default());
    let head = [0xff, 0xf1, 0x50, 0x80 | high, middle, low | 0x1f, 0xfc];
    [head.as_slice(), sound].concat()
}

/// `frames` frames of AAC, each about 23 ms long.
#[must_use]
pub fn aac(frames: usize) -> Vec<u8> {
    aac_frame(&[0x21; 57]).repeat(frames)
}

/// Two seconds of FLAC.
#[must_use]
pub fn flac(cover: Option<&[u8]>) -> Vec<u8> {
    let mut about = vec![0; 10];
    // 48,000 a second in 20 bits, two channels of 16 bits, 96,000 samples.
    about.extend_from_slice(&[0x0b, 0xb8, 0x02, 0xf0]);
    about.extend_from_slice(&96_000_u32.to_be_bytes());
    about.resize(34, 0);
    let block = |head: u8, body: &[u8]| {
        let [_, size @ ..] = long(body.len()).to_be_bytes();
        [[head].as_slice(), &size, body].concat()
    };
    let shown = |cover: &[u8]| {
        let words = [b"\0\0\0\x03\0\0\0\x09image/png\0\0\0\0".as_slice(), &[0; 16]].concat();
        block(
            0x86,
            &[words.as_slice(), &long(cover.len()).to_be_bytes(), cover].concat(),
        )
    };
    let first = if cover.is_some() { 0 } else { 0x80 };
    [
        b"fLaC".to_vec(),
        block(first, &about),
        cover.map(shown).unwrap_or_default(),
        b"\xff\xf8nothing to hear".to_vec(),
    ]
    .concat()
}

/// Two seconds of WAV, 8,000 bytes each.
#[must_use]
pub fn wav() -> Vec<u8> {
    let mut bytes =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data".to_vec();
    bytes.extend_from_slice(&16_000_u32.to_le_bytes());
    bytes.resize(bytes.len() + 16_000, 0x80);
    bytes
}
