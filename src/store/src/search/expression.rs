//! Which tokens a post must have, in the words of each database.

use crate::Conn;

/// A condition on the tokens of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    Token(String),
    /// At least one.
    All(Vec<Self>),
    /// At least one.
    Any(Vec<Self>),
    /// The first, and none of the others.
    But(Box<Self>, Vec<Self>),
}

/// How a database writes a condition.
struct Syntax {
    quote: char,
    all: &'static str,
    any: &'static str,
    but: &'static str,
}

const FTS5: Syntax = Syntax {
    quote: '"',
    all: " AND ",
    any: " OR ",
    but: " NOT ",
};
const TSQUERY: Syntax = Syntax {
    quote: '\'',
    all: " & ",
    any: " | ",
    but: " & !",
};

impl Expression {
    /// As this connection's database has it.
    pub(super) fn text(&self, conn: &Conn) -> String {
        let syntax = match conn {
            Conn::Sqlite(_) => &FTS5,
            Conn::Pg(_) => &TSQUERY,
        };
        let mut out = String::new();
        self.write(syntax, &mut out);
        out
    }

    /// This and that.
    pub(super) fn and(self, other: Self) -> Self {
        Self::All(vec![self, other])
    }

    fn write(&self, syntax: &Syntax, out: &mut String) {
        match self {
            Self::Token(token) => {
                out.push(syntax.quote);
                // None has one of these; what has would not be found, and do no harm.
                out.extend(token.chars().filter(|c| !matches!(c, '"' | '\'' | '\\')));
                out.push(syntax.quote);
            }
            Self::All(parts) => several(parts, syntax.all, syntax, out),
            Self::Any(parts) => several(parts, syntax.any, syntax, out),
            Self::But(what, without) if without.is_empty() => what.write(syntax, out),
            Self::But(what, without) => {
                out.push('(');
                what.write(syntax, out);
                out.push_str(syntax.but);
                out.push('(');
                several(without, syntax.any, syntax, out);
                out.push_str("))");
            }
        }
    }
}

fn several(parts: &[Expression], between: &str, syntax: &Syntax, out: &mut String) {
    out.push('(');
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            out.push_str(between);
        }
        part.write(syntax, out);
    }
    out.push(')');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_have_their_words() {
        let token = |text: &str| Expression::Token(text.to_owned());
        let all = Expression::All(vec![
            token("a"),
            Expression::Any(vec![token("b"), token("\"c'\\")]),
        ]);
        let but = Expression::But(Box::new(all.clone()), vec![token("d"), token("e")]);
        let said = |expression: &Expression, syntax| {
            let mut out = String::new();
            expression.write(syntax, &mut out);
            out
        };
        assert_eq!(
            said(&but, &FTS5),
            "((\"a\" AND (\"b\" OR \"c\")) NOT ((\"d\" OR \"e\")))"
        );
        assert_eq!(said(&but, &TSQUERY), "(('a' & ('b' | 'c')) & !(('d' | 'e')))");
        assert_eq!(
            said(&Expression::But(Box::new(token("a")), Vec::new()), &FTS5),
            "\"a\""
        );
    }
}
