//! In which form a browser takes a file (RFC 9110, section 12.5.3).

use http::{HeaderMap, header};

/// The forms of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Brotli,
    Gzip,
    Plain,
}

/// The forms that are accepted, the best first; plain is always the last of them.
pub(crate) fn accepted(headers: &HeaderMap) -> Vec<Encoding> {
    let weight = |wanted: &str| {
        let mut any = 0.0;
        for entry in entries(headers) {
            match entry {
                (name, weight) if name.eq_ignore_ascii_case(wanted) => return weight,
                ("*", weight) => any = weight,
                _ => {}
            }
        }
        any
    };
    let (brotli, gzip) = (weight("br"), weight("gzip"));
    let mut forms = Vec::with_capacity(3);
    if brotli > 0.0 {
        forms.push(Encoding::Brotli);
    }
    if gzip > 0.0 {
        let first = gzip > brotli;
        forms.insert(if first { 0 } else { forms.len() }, Encoding::Gzip);
    }
    forms.push(Encoding::Plain);
    forms
}

fn entries(headers: &HeaderMap) -> impl Iterator<Item = (&str, f32)> {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .take(32)
        .map(|entry| {
            let mut pieces = entry.split(';').map(str::trim);
            let name = pieces.next().unwrap_or_default();
            let weight = pieces
                .find_map(|piece| piece.strip_prefix("q="))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            (name, weight)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, text.parse().unwrap());
            accepted(&headers)
        };
        use Encoding::{Brotli, Gzip, Plain};
        assert_eq!(of("gzip, deflate, br, zstd"), [Brotli, Gzip, Plain]);
        assert_eq!(of("br;q=0.5, gzip"), [Gzip, Brotli, Plain]);
        assert_eq!(of("gzip;q=0, *"), [Brotli, Plain]);
        assert_eq!(of("identity"), [Plain]);
        assert_eq!(of("br;q=x"), [Plain]);
        assert_eq!(accepted(&HeaderMap::new()), [Plain]);
    }
}
