//! Numbers that look random and are the same in every run with the same seed.

/// SplitMix64: small, fast and even enough to shape a data set.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// A source that gives the same numbers for the same seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `bound` - 1; 0 if `bound` is 0.
    pub const fn below(&mut self, bound: usize) -> usize {
        // The product's upper half is even enough for any bound of a data set.
        ((self.bits() as u128 * bound as u128) >> 64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub const fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// A number of [0, 1).
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True in `percent` of 100 cases.
    pub const fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them; `None` of none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// Puts them into another order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.below(last + 1));
        }
    }
}

/// Ranks by Zipf's law: rank r (from 0) comes with a weight of 1 / (r + 1)^s.
#[derive(Debug)]
pub struct Zipf {
    /// The sum of all weights up to each rank, over that of all.
    sums: Vec<f64>,
}

impl Zipf {
    /// A law over `ranks` ranks with exponent `s`.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "ranks are few")]
    pub fn new(ranks: usize, s: f64) -> Self {
        let mut sum = 0.0;
        let mut sums: Vec<f64> = (1..=ranks)
            .map(|rank| {
                sum += (rank as f64).powf(-s);
                sum
            })
            .collect();
        for one in &mut sums {
            *one /= sum;
        }
        Self { sums }
    }

    /// A rank.
    pub fn rank(&self, rng: &mut Rng) -> usize {
        let at = rng.unit();
        self.sums
            .partition_point(|sum| *sum <= at)
            .min(self.sums.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same() {
        let (mut one, mut other, mut third) = (Rng::new(7), Rng::new(7), Rng::new(8));
        assert!((0..100).all(|_| one.bits() == other.bits()));
        assert_ne!(one.bits(), third.bits());
        assert!((0..10_000).all(|_| one.below(13) < 13));
        assert!((0..10_000).all(|_| (0.0..1.0).contains(&one.unit())));
        assert_eq!(one.below(0), 0);
    }

    #[test]
    fn a_shuffle_loses_nobody() {
        let mut all: Vec<usize> = (0..1_000).collect();
        Rng::new(1).shuffle(&mut all);
        assert_ne!(all, (0..1_000).collect::<Vec<_>>());
        all.sort_unstable();
        assert_eq!(all, (0..1_000).collect::<Vec<_>>());
    }

    #[test]
    fn zipf_has_its_shape() {
        let (zipf, mut rng) = (Zipf::new(1_000, 1.0), Rng::new(3));
        let mut count = vec![0_u32; 1_000];
        for _ in 0..200_000 {
            count[zipf.rank(&mut rng)] += 1;
        }
        // H(1000) = 7.485: the first rank has 13.4 % of all, the tenth a tenth of it.
        assert!((25_000..28_500).contains(&count[0]), "{}", count[0]);
        assert!((2_300..3_100).contains(&count[9]), "{}", count[9]);
        assert!(count.iter().all(|of| *of < 28_500));
    }
}
