//! Keyset paging as Mastodon clients do it.

/// A page of a list ordered by id, newest first. Ids are of the list's own rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Only older than this.
    pub max_id: Option<i64>,
    /// Only newer than this; the newest of them.
    pub since_id: Option<i64>,
    /// Only newer than this; the oldest of them (still answered newest first).
    pub min_id: Option<i64>,
    /// How many, 1 to 80.
    pub limit: i64,
}

impl Page {
    /// The first page.
    #[must_use]
    pub const fn first(limit: i64) -> Self {
        Self {
            max_id: None,
            since_id: None,
            min_id: None,
            limit,
        }
    }

    /// The same page with its limit brought between 1 and `most`.
    #[must_use]
    pub fn at_most(mut self, most: i64) -> Self {
        self.limit = self.limit.clamp(1, most);
        self
    }

    /// The page that follows one whose rows lie between these ids, in the direction in which it was read.
    #[must_use]
    pub const fn further(mut self, newest: Option<i64>, oldest: Option<i64>) -> Self {
        if self.ascending() {
            self.min_id = newest;
        } else {
            self.max_id = oldest;
        }
        self
    }

    /// True if rows are to be read oldest first (and then turned round).
    #[must_use]
    pub const fn ascending(&self) -> bool {
        self.min_id.is_some()
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::first(20)
    }
}
