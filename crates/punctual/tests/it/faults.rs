//! Faults in real processes: kills, losses of power, full and read-only disks, damaged files, clocks that are set, clients
//! that hang. What was acknowledged stays, nobody is blamed for what we could not see, and what can recover does.

mod clocks;
mod crowds;
mod damage;
mod full;
mod kills;
mod power;
mod rights;
mod syncs;
