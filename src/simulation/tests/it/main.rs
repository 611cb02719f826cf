//! The simulation itself: a seed is a run, and what is wrong is found.

mod repeated;
mod wrong;
