//! One query body for both databases.

/// Runs one body on whichever connection is inside a [`Conn`](crate::Conn).
///
/// The body is compiled twice, once with each connection type, so that it may use what diesel's derived
/// connection cannot: `on_conflict`, batch inserts, `as_returning`, `union`. The first argument is an
/// expression of type `&mut Conn`.
macro_rules! both {
    ($conn:expr, $c:ident => $body:expr) => {
        match *$conn {
            $crate::Conn::Sqlite(ref mut $c) => $body,
            $crate::Conn::Pg(ref mut $c) => $body,
        }
    };
}
