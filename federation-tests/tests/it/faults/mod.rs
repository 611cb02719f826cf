//! Never lost, never doubled: what a node does when it is killed, when its database, disk or clock fail it, and when
//! its peers say nothing, everything twice, or in any order.

mod clock;
mod delivery;
mod disk;
mod kill;
mod load;
mod locks;
mod postgres;
mod repeated;
mod sigterm;
