//! Repeatable randomness: a fault that was found is found again with its seed.

/// SplitMix64: a few lines, and good enough to choose moments and orders.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// Randomness that `seed` repeats.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A seed from `ENTRENOUS_TEST_SEED`, else from the clock.
    #[must_use]
    pub fn any_seed() -> u64 {
        let given = std::env::var("ENTRENOUS_TEST_SEED").ok();
        given.and_then(|text| text.parse().ok()).unwrap_or_else(|| {
            let micros = crate::mock::now().timestamp_micros();
            micros.unsigned_abs() % 1_000_000_000
        })
    }

    /// Any number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`, which is above 0.
    pub const fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// True `percent` times in a hundred.
    pub const fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of them; `None` if there is none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(of.len()).ok().filter(|count| *count > 0)?;
        of.get(usize::try_from(self.below(count)).ok()?)
    }

    /// Any order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let limit = u64::try_from(last).unwrap_or(0) + 1;
            list.swap(last, usize::try_from(self.below(limit)).unwrap_or(0));
        }
    }
}
