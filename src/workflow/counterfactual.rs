//! What a network would say if some tissue were not there, for window and terminal.

use std::sync::Arc;

use super::classify::{ClassifyError, Request, check_mode, check_place, first_answer, stopped};
use super::models::weights_for;
use crate::findings::Counterfactual;
use crate::geometry::VoxelBox;
use crate::inference::{
    Answer, ContextBox, Engine, Event, InferenceError, Loaded, Question, Runtime, Said, Sampling, Stopped,
};
use crate::jobs::{Cancelled, JobContext, JobFailure, Outcome, Wake};
use crate::networks::spec;
use crate::volume::Painted;

/// What the error says of it.
const WHAT: &str = "what tissue does to an answer";

/// What comes back.
#[derive(Clone, Debug, PartialEq)]
pub enum CounterfactualPart {
    /// What the first network says, then what all members of an ensemble say.
    Known(Arc<Counterfactual>),
    /// The sentence that says why not.
    Failed(String),
}

/// Whether it can be asked: plain facts, no network.
/// - errors: a network that compares dates; as [`check_mode`] and [`check_place`]
pub fn check(request: &Request) -> Result<(), ClassifyError> {
    let spec = spec(&request.model)?;
    if spec.family.compares_dates() {
        return Err(ClassifyError::TwoDates { model: spec.name, what: WHAT });
    }
    check_mode(request)?;
    check_place(request)
}

/// Asks on the inference thread about the CT of `request` with the painted voxels in it.
/// - errors: what [`check`] refuses
pub fn ask(
    engine: &Engine,
    wake: Wake,
    request: Request,
    painted: Arc<Painted>,
) -> Result<Question<CounterfactualPart>, ClassifyError> {
    check(&request)?;
    Ok(engine.submit("counterfactual", wake, move |runtime, ctx, parts| {
        let known = |found| parts.send(CounterfactualPart::Known(Arc::new(found)));
        work(runtime, ctx, &known, &request, &painted).map_err(|error| {
            stopped(runtime, &error).unwrap_or_else(|| {
                parts.send(CounterfactualPart::Failed(error.to_string()));
                Stopped::Told
            })
        })
    }))
}

/// Asks and waits for all members. `ctx` can cancel.
pub fn run(
    engine: &Engine,
    request: Request,
    painted: Arc<Painted>,
    ctx: &JobContext,
) -> Result<Arc<Counterfactual>, ClassifyError> {
    let question = ask(engine, Arc::new(|| {}), request, painted)?;
    let fault = |detail: String| JobFailure { what: "counterfactual".to_owned(), detail };
    let mut found = None;
    loop {
        if ctx.is_cancelled() {
            question.context().cancel();
        }
        match question.wait_a_moment() {
            None => {}
            Some(Event::Part(CounterfactualPart::Known(known))) => found = Some(known),
            Some(Event::Part(CounterfactualPart::Failed(detail))) => return Err(fault(detail).into()),
            Some(Event::Ended(Outcome::Cancelled)) => return Err(Cancelled.into()),
            Some(Event::Ended(Outcome::Failed(failure))) => return Err(failure.into()),
            Some(Event::Ended(Outcome::Done(()))) => break,
        }
    }
    found.ok_or_else(|| fault("no answer came".to_owned()).into())
}

/// On the inference thread.
fn work(
    runtime: &mut Runtime,
    ctx: &JobContext,
    known: &dyn Fn(Counterfactual),
    request: &Request,
    painted: &Arc<Painted>,
) -> Result<(), ClassifyError> {
    ctx.step("Loading the network", 0.0)?;
    let weights = request.weights.clone().unwrap_or_else(|| weights_for(&request.model));
    let bounds = painted.bounds().unwrap_or(VoxelBox { min: [0; 3], size: [0; 3] });
    let Loaded::M3Net(network) = runtime.network(&request.model, &weights)? else {
        ctx.step("Asking without the tissue", 0.0)?;
        let answer = without(runtime, request, &bounds, ctx, |at| painted.value(at))?;
        known(Counterfactual {
            painted: Arc::clone(painted),
            at: request.at,
            model: answer.model.clone(),
            weights_sha256: answer.weights_sha256.clone(),
            said: answer.said.clone(),
        });
        return Ok(());
    };
    let edited =
        request.volume.edited(&bounds, |at| painted.value(at)).ok_or(InferenceError::StillLoading)?;
    let sampling = Sampling::of(request.mode, edited.grid())?;
    let crop = |context: &ContextBox| sampling.crop(&edited, context);
    let [micro, meso, wide] = &sampling.boxes(request.at);
    let crops = [crop(micro)?, crop(meso)?, crop(wide)?];
    let mut said: Vec<Said> = Vec::with_capacity(network.members());
    for member in 0..network.members() {
        ctx.step("Asking without the tissue", member as f32 / network.members() as f32)?;
        said.push(network.ask_member(member, &crops, ctx)?);
        // The first answers at once; halves of an ensemble would only flicker.
        if member == 0 || member + 1 == network.members() {
            known(Counterfactual {
                painted: Arc::clone(painted),
                at: request.at,
                model: network.known.spec.name.to_owned(),
                weights_sha256: network.known.weights_sha256.clone(),
                said: said.clone(),
            });
        }
    }
    Ok(())
}

/// What a network says of the CT with other values in some voxels, prepared as any CT is: on the inference thread.
/// - `bounds`: no voxel outside of it changes
/// - `value`: HU of a voxel; `None` leaves it as it is
pub(super) fn without(
    runtime: &mut Runtime,
    request: &Request,
    bounds: &VoxelBox,
    ctx: &JobContext,
    value: impl Fn([usize; 3]) -> Option<f32>,
) -> Result<Arc<Answer>, ClassifyError> {
    let edited = request.volume.edited(bounds, value).ok_or(InferenceError::StillLoading)?;
    first_answer(runtime, &Request { volume: Arc::new(edited), ..request.clone() }, ctx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, VoxelGrid};
    use crate::inference::Mode;
    use crate::volume::{Unit, Volume};

    #[test]
    fn tissue_is_taken_out_of_one_date_in_a_mode_that_the_network_has() {
        let corner = Point::new(0.0, 0.0, 0.0);
        let grid = VoxelGrid::axis_aligned([64; 3], [1.0; 3], corner).expect("a grid");
        let volume = Arc::new(Volume::loading(grid, Unit::Hu, None));
        let asked = |model: &str, mode| {
            let request = Request::new(Arc::clone(&volume), Vec::new(), Point::new(30.0, 30.0, 30.0));
            check(&Request { model: model.to_owned(), mode, ..request }).map_err(|error| error.to_string())
        };
        assert_eq!(asked("m3net-compact", Mode::Paper), Ok(()));
        assert_eq!(asked("m3net-compact", Mode::Clinical), Ok(()));
        // One takes slices as channels, the other has one published preparation.
        for model in ["m3net-cnb-r34-r18", "maemc-net-compact"] {
            assert_eq!(asked(model, Mode::Paper), Ok(()));
            assert!(
                asked(model, Mode::Clinical).is_err_and(|text| text.contains("no mode clinical")),
                "{model}"
            );
        }
        assert!(asked("csf-net-compact", Mode::Paper).is_err_and(|text| text.contains("compares two")));
    }
}
