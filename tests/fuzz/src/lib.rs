//! The rooms that read files, taken from the program as they are: see Cargo.toml for why.

#[path = "../../../src/geometry/mod.rs"]
pub mod geometry;
#[path = "../../../src/jobs/mod.rs"]
#[allow(unused_imports, reason = "what other rooms use of it")]
pub mod jobs;
#[path = "../../../src/volume/mod.rs"]
pub mod volume;
#[path = "../../../src/structures/mod.rs"]
pub mod structures;
#[path = "../../../src/clinical/mod.rs"]
pub mod clinical;

#[path = "../../../src/ingest/mod.rs"]
pub mod ingest;
#[path = "../../../src/dataset/mod.rs"]
pub mod dataset;

#[path = "../../../src/forest/mod.rs"]
pub mod forest;

#[cfg(feature = "weights")]
#[path = "../../../src/networks/mod.rs"]
pub mod networks;

/// What `cases` takes of it.
#[cfg(feature = "weights")]
pub mod evaluation {
    #[path = "../../../../src/evaluation/principal.rs"]
    mod principal;
    pub use principal::Principal;
}
#[cfg(feature = "weights")]
#[path = "../../../src/cases/mod.rs"]
pub mod cases;

#[path = "../../../src/workflow/bench/npy.rs"]
pub mod npy;

/// The fuzzer ends at every panic, also at one of a decoder that `ingest` guards against and turns into
/// words. After this only a panic that leaves the target ends it.
pub fn let_guards_work() {
    drop(std::panic::take_hook());
}
