//! Edits and their way back.

use super::*;
use crate::session::edit::Edit;
use crate::session::look::Pane;
use crate::session::{Heatmap, Layout, ViewportState};

fn nodule(id: u32, x: f64) -> Nodule {
    Nodule::new(NoduleId(id), Point::new(x, 0.0, 0.0), Question::Running)
}

fn answerless(id: u32, x: f64) -> Nodule {
    Nodule::new(NoduleId(id), Point::new(x, 0.0, 0.0), Question::Cancelled)
}

#[test]
fn undo_and_redo_lead_back_and_forth() {
    let mut session = Session::new();
    session.apply(Edit::Invert(true));
    session.apply(Edit::Layout(Layout::Single(Pane::Coronal)));
    assert!(session.undo() && session.undo() && !session.undo());
    assert_eq!(session.look(), &Look::default());
    assert!(session.redo() && session.redo() && !session.redo());
    assert!(session.look().invert);
    assert_eq!(session.look().layout, Layout::Single(Pane::Coronal));
}

#[test]
fn a_drag_is_one_step_of_undo() {
    let mut session = Session::new();
    session.begin_gesture();
    for width in [1400.0, 1300.0, 1200.0] {
        session.apply(Edit::Window(Window::new(width, -600.0), None));
    }
    session.end_gesture();
    session.apply(Edit::Window(Window::new(100.0, 0.0), None));
    session.undo();
    assert_eq!(session.look().window.width(), 1200.0);
    session.undo();
    assert_eq!(session.look().preset, Some(Preset::Lung));
    assert!(!session.can_undo());
}

#[test]
fn scrolling_is_one_step_until_something_else_happens() {
    let mut session = Session::new();
    for z in 1..50 {
        session.apply(Edit::Cursor(Point::new(0.0, 0.0, f64::from(z))));
    }
    session.apply(Edit::Invert(true));
    session.apply(Edit::Cursor(Point::new(0.0, 0.0, 99.0)));
    session.undo();
    assert_eq!(session.look().cursor.z, 49.0);
    session.undo();
    session.undo();
    assert_eq!(session.look().cursor.z, 0.0);
}

#[test]
fn an_edit_that_changes_nothing_leaves_no_step() {
    let mut session = Session::new();
    session.apply(Edit::Invert(false));
    session.apply(Edit::Heatmap(Heatmap::default()));
    session.apply(Edit::Viewport(Pane::Axial, ViewportState::fitted(Pane::Axial.plane())));
    assert!(!session.can_undo());
}

#[test]
fn a_dragged_nodule_returns_with_its_answer() {
    let mut session = Session::new();
    session.apply(Edit::AddNodule(0, answerless(0, 1.0)));
    session.begin_gesture();
    session.apply(Edit::SetNodule(nodule(0, 2.0)));
    session.apply(Edit::SetNodule(nodule(0, 3.0)));
    session.end_gesture();
    session.undo();
    let back = session.selected().expect("it was selected when it was added");
    assert_eq!((back.at.x, &back.question), (1.0, &Question::Cancelled));
    session.undo();
    assert!(session.findings().nodules().is_empty());
}

#[test]
fn a_new_nodule_never_takes_an_old_identity() {
    let mut session = Session::new();
    session.apply(Edit::AddNodule(0, nodule(0, 1.0)));
    session.apply(Edit::RemoveNodule(NoduleId(0)));
    assert_eq!(session.findings().next_id(), NoduleId(1));
}

#[test]
fn choosing_a_tool_is_not_undone() {
    let mut session = Session::new();
    session.apply(Edit::Tool(super::super::Tool::Nodule));
    assert!(!session.can_undo());
}

#[test]
fn a_notice_is_shown_once_and_goes_when_dismissed() {
    let mut session = Session::new();
    for _ in 0..2 {
        session.receive(News::Notice(Severity::Error, "The disk is full".to_owned()));
    }
    assert_eq!(session.notices().len(), 1);
    let id = session.notices()[0].id;
    session.receive(News::Dismiss(id));
    assert!(session.notices().is_empty());
}
