//! Adapters that fail or give no number, halfway and between the members of an ensemble.

use super::*;
use crate::geometry::VoxelGrid;
use crate::networks::m3net::published_layout;
use crate::networks::m3net_config;
use crate::networks::weights::{RANDOM_SEED, StateDict, random};

fn request() -> Request {
    let grid =
        VoxelGrid::axis_aligned([96, 96, 56], [0.7, 0.7, 1.25], Point::new(0.0, 0.0, 0.0)).expect("a grid");
    let at = grid.centre();
    let volume = Volume::loading(grid, Unit::Hu, None);
    for k in 0..56 {
        let slice = (0..96 * 96).map(|n| (n * 7919 + k * 31) as i16 % 1009).collect();
        volume.int16().expect("whole numbers").fill(k, slice).expect("fits");
    }
    Request::new(Arc::new(volume), Vec::new(), at)
}

/// Finite weights that no answer comes out of: the last layer overflows.
fn overflowing() -> StateDict {
    let layout = published_layout(&m3net_config(DEFAULT_MODEL).expect("listed"));
    let mut state = random(&layout, RANDOM_SEED);
    for (key, array) in &mut state.tensors {
        if key.contains("fc.") {
            array.values.fill(f32::MAX);
        }
    }
    state
}

#[test]
fn an_adapter_without_a_number_is_given_up_and_the_processor_answers() {
    let engine = Engine::with_pretended_gpu(Some(overflowing()));
    let done = run(&engine, request(), &JobContext::unobserved()).expect("the processor answers");
    assert_eq!(done.answer.device.backend, "flex");
    assert!(done.answer.logits.iter().all(|l| l.is_finite()));
    assert_eq!(done.saliency.len(), 4);
    assert!(done.notices[0].contains("pretended adapter failed"), "{:?}", done.notices);
    assert_eq!(engine.device().backend, "flex", "and goes on answering");
}

/// Two members, of which the second gives no number.
fn failing_late() -> StateDict {
    let good = random(&published_layout(&m3net_config(DEFAULT_MODEL).expect("listed")), RANDOM_SEED);
    let members = [("members.0.", good), ("members.1.", overflowing())];
    let prefixed = members.into_iter().flat_map(|(prefix, state)| {
        state.tensors.into_iter().map(move |(key, array)| (format!("{prefix}{key}"), array))
    });
    StateDict { tensors: prefixed.collect() }
}

#[test]
fn an_adapter_that_fails_at_a_later_member_leaves_no_answer_of_two_devices() {
    let engine = Engine::with_pretended_gpu(Some(failing_late()));
    let done = run(&engine, request(), &JobContext::unobserved()).expect("the processor answers");
    assert_eq!(done.answer.device.backend, "flex");
    assert!(done.answer.is_whole(), "of the members that the processor has");
    assert_eq!(done.saliency.len(), 4);
    assert!(done.notices[0].contains("pretended adapter failed"), "{:?}", done.notices);

    // The same where the others are asked later.
    let engine = Engine::with_pretended_gpu(Some(failing_late()));
    let first = Request { all_members: false, ..request() };
    let first = run(&engine, first, &JobContext::unobserved()).expect("the adapter answers").answer;
    assert_eq!((first.device.backend.as_str(), first.is_whole()), ("wgpu", false));
    let question = ask_others(&engine, Arc::new(|| {}), request(), first);
    let mut devices = Vec::new();
    loop {
        match question.wait_a_moment() {
            Some(Event::Part(Part::Answer(a) | Part::Members(a))) => devices.push(a.device.backend.clone()),
            Some(Event::Ended(outcome)) => break assert_eq!(outcome, Outcome::Done(())),
            Some(Event::Part(_)) | None => {}
        }
    }
    // The answer of the first of the members that the processor has, then that of all.
    assert_eq!(devices, ["flex", "flex"], "it begins anew on the processor");
}

#[test]
fn weights_without_a_number_on_the_processor_too_are_at_fault_and_the_adapter_is_kept() {
    let engine = Engine::with_pretended_gpu(Some(overflowing()));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bad.safetensors");
    let card = crate::networks::weights::Card::random(DEFAULT_MODEL, 0);
    std::fs::write(&file, overflowing().to_safetensors(&card)).expect("written");
    let request = Request { weights: Some(WeightsChoice::File(file)), ..request() };
    let error = run(&engine, request, &JobContext::unobserved()).expect_err("no number").to_string();
    assert!(error.contains("its weights do not suit this input"), "{error}");
    assert_eq!(engine.device().backend, "wgpu");
    assert!(engine.take_notices().is_empty());
}
