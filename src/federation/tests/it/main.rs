//! Federation, tested through its public interface: recorded documents of other software, anything at all, and two nodes
//! on real sockets.

mod corpus;
mod fixture;
mod forged;
mod joining;
mod robust;
mod serving;
mod two_nodes;
