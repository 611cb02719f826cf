//! JSON Canonicalization Scheme (RFC 8785).

use serde_json::{Number, Value};

/// Writes `value` in canonical form: members sorted by UTF-16 code units, no white space, numbers as
/// ECMAScript writes doubles.
///
/// Integers beyond 2^53 are rounded to a double first, as I-JSON readers do (RFC 8785, section 3.2.2.3).
/// The depth of a [`Value`] is bounded by the parser that made it.
#[must_use]
pub fn canonicalize(value: &Value) -> String {
    let mut out = String::new();
    write_value(value, &mut out);
    out
}

fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at != 0 {
                    out.push(',');
                }
                write_value(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (at, (name, member)) in sorted.into_iter().enumerate() {
                if at != 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write_value(member, out);
            }
            out.push('}');
        }
    }
}

/// RFC 8785, section 3.2.2.2: the two-character escapes, `\u00xx` for other controls, all else as it is.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{9}' => out.push_str("\\t"),
            '\u{a}' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\u{d}' => out.push_str("\\r"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn write_number(number: &Number, out: &mut String) {
    /// Integers up to here are exact doubles, written the same either way.
    const EXACT: u64 = 1 << 53;
    if let Some(integer) = number.as_i64().filter(|integer| integer.unsigned_abs() <= EXACT) {
        out.push_str(&integer.to_string());
    } else {
        // Without serde_json's arbitrary precision every number has a finite double.
        write_double(number.as_f64().unwrap_or_default(), out);
    }
}

/// ECMAScript's Number::toString (ECMA-262, section 6.1.6.1.20) of a finite double.
fn write_double(value: f64, out: &mut String) {
    if value == 0.0 {
        out.push('0'); // also -0
        return;
    }
    // Rust writes the shortest digits that round-trip, as ECMAScript asks. Of several candidates of that length
    // RFC 8785 wants the closest and, on a tie, the even one: that is the exact value rounded to so many digits.
    let shortest = format!("{:e}", value.abs());
    let precision = shortest
        .split_once('e')
        .map_or(0, |(mantissa, _)| mantissa.len().saturating_sub(2));
    let rounded = format!("{:.precision$e}", value.abs());
    let scientific = if rounded.parse() == Ok(value.abs()) {
        rounded
    } else {
        shortest
    };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    // The value is 0.digits × 10^point.
    let point = exponent + 1;
    if value < 0.0 {
        out.push('-');
    }
    if (-5..=0).contains(&point) {
        out.push_str("0.");
        out.extend((point..0).map(|_| '0'));
        out.push_str(&digits);
    } else if (1..=21).contains(&point) {
        for (digit, at) in digits.chars().zip(0..) {
            if at == point {
                out.push('.');
            }
            out.push(digit);
        }
        out.extend((count..point).map(|_| '0'));
    } else {
        for (digit, at) in digits.chars().zip(0..) {
            if at == 1 {
                out.push('.');
            }
            out.push(digit);
        }
        out.push_str(&format!("e{exponent:+}"));
    }
}
