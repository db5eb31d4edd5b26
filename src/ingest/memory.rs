//! How much memory is free: what decides whether something large is read at all.

use sysinfo::System;

/// Bytes that this program may still ask for without the system beginning to swap.
pub(super) fn free_bytes() -> u64 {
    let mut system = System::new();
    system.refresh_memory();
    let free = system.available_memory();
    // Inside a container its limit counts, less what is held; what it keeps of files is given up in time.
    let inside = system.cgroup_limits().map(|limits| limits.total_memory.saturating_sub(limits.rss));
    free.min(inside.unwrap_or(u64::MAX))
}
