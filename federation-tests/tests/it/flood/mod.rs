//! The accept loop under attack: connections that are held, flooded or never read, from one address and from several. Each
//! ends within the written time, other clients hardly notice, and the node stays small.

mod attack;
mod crowd;
mod kinds;
mod measure;
mod smuggling;
mod sockets;
mod streams;
