//! `triscope explain`: why, without a window: every method of a network, with its parameters.

use clap::ArgMatches;

use super::args::Explain;
use super::classify::{self, Models, Options};
use super::exit::Failure;
use super::progress::Terminal;
use crate::explain::{Around, Covering, Method, Occluding, Parameters, Sharing, Smoothing, Wanted};
use crate::geometry::Point;
use crate::networks::spec;
use crate::volume::Stroke;
use crate::workflow::dicom::{AsDicom, own_folder};
use crate::workflow::figure::AsFigure;

/// Runs the command: as `classify`, with all methods where none is named.
pub(super) fn run(raw: &Explain, matches: &ArgMatches, terminal: &Terminal) -> Result<(), Failure> {
    let mut options = Options::new(&raw.classify, matches)?;
    options.around = raw.around.map(|centres| Around {
        centres: usize::from(centres),
        step_mm: raw.around_step,
        ..Around::default()
    });
    let ball =
        |[x, y, z, radius_mm]: [f64; 4]| Stroke::ball(raw.fill_with.into(), radius_mm, Point::new(x, y, z));
    options.without = raw.without.iter().copied().map(ball).collect();
    options.inside = raw.inside;
    options.dicom = raw.dicom.as_ref().map(|folder| AsDicom {
        folder: folder.clone(),
        with_patient: raw.with_patient,
        opened: vec![raw.classify.path.clone()],
    });
    if let (Some(out), Some(dicom)) = (&raw.classify.out, &raw.dicom) {
        own_folder(dicom, out).map_err(|shared| Failure::arguments(shared.to_string()))?;
    }
    if raw.figure.is_some() && (options.points.len() != 1 || options.models == Models::All) {
        return Err(Failure::arguments("--figure is of one point and one network; name both"));
    }
    options.figure = raw
        .figure
        .as_ref()
        .map(|file| AsFigure { file: file.clone(), opened: vec![raw.classify.path.clone()] });
    let asked_alone = raw.dicom.is_none()
        && raw.figure.is_none()
        && (options.around.is_some() || !options.without.is_empty());
    // Who asks about the places around a point alone does not wait for every map.
    if raw.classify.explain.is_empty() && !asked_alone {
        let methods: Vec<Method> = match options.models {
            Models::One(name) => spec(name).map(Method::of).unwrap_or_default(),
            // Each network gets those that it has.
            Models::All => Method::ALL.to_vec(),
        };
        options.explain = methods.into_iter().map(|method| Wanted { method, scale: None }).collect();
    }
    let (fill_hu, seed) = (f32::from(raw.fill), raw.seed);
    options.parameters = Parameters {
        steps: raw.steps,
        smoothing: Smoothing { samples: raw.samples, noise: raw.noise as f32, seed },
        occluding: Occluding {
            blocks: [usize::from(raw.blocks); 3],
            refined: usize::from(raw.refined),
            fill_hu,
        },
        sharing: Sharing { pieces: usize::from(raw.supervoxels), coalitions: raw.coalitions, fill_hu, seed },
        trust: raw.trust,
        covering: Covering { patterns: raw.patterns, fill_hu, seed, ..Covering::default() },
    };
    classify::ask(options, &raw.classify.series.read, terminal)
}
