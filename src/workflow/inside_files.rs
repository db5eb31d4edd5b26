//! Everything that a network computed on its way to an answer, as arrays in a folder.

use std::path::Path;

use super::batch::BatchError;
use super::inside::{self, About};
use super::report::InsideReport;
use crate::explain::{Inside, InsideWanted, LayerWanted, attends, read_parts};
use crate::export::write_npy;
use crate::inference::Engine;
use crate::jobs::JobContext;

/// Writes what was read, all channels of every layer, and the attention of those that attend, one after the other: a
/// layer of a published network is hundreds of megabytes.
/// - `folder`, `start`: where to, and how names of files begin
/// - errors: as [`inside::run`]; a file that cannot be written
pub(super) fn write_inside(
    engine: &Engine,
    about: &About,
    (folder, start): (&Path, &str),
    ctx: &JobContext,
) -> Result<Vec<InsideReport>, BatchError> {
    let mut reports = Vec::new();
    let mut write = |report: InsideReport, values: &[f32]| -> Result<(), BatchError> {
        write_npy(&folder.join(&report.file), values, &report.shape)?;
        reports.push(report);
        Ok(())
    };
    let ask = |wanted| inside::run(engine, about.clone(), wanted, ctx);
    for &part in read_parts(&about.answer) {
        let mut layer = 0;
        // How many there are is known with the first of them.
        while let Inside::Layer(maps) = ask(InsideWanted::Layer(LayerWanted { part, layer: Some(layer) }))? {
            if layer == 0 {
                write(InsideReport::read(start, part, &maps), &maps.read.values)?;
            }
            write(InsideReport::features(start, part, &maps), &maps.values)?;
            layer += 1;
            if layer >= maps.layers.len() {
                break;
            }
        }
    }
    let mut layer = 0;
    while attends(&about.answer)
        && let Inside::Attention(maps) = ask(InsideWanted::Attention(Some(layer)))?
    {
        write(InsideReport::attention(start, &maps), maps.shares())?;
        layer += 1;
        if layer >= maps.layers.len() {
            break;
        }
    }
    Ok(reports)
}
