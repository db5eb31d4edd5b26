//! What can be taken back: steps of inverse edits, a gesture merged into one.

use super::edit::{About, Edit};

/// How many steps are kept. Large arrays are shared, so a step costs a few hundred bytes.
const STEPS: usize = 500;

#[derive(Clone, Debug, PartialEq)]
struct Step {
    /// Inverses, in the order in which the edits were made: taken back from the end.
    inverses: Vec<Edit>,
    /// What a following edit may join.
    flows: Option<About>,
}

/// The two stacks, and whether a gesture is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct History {
    undo: Vec<Step>,
    redo: Vec<Step>,
    gesture: Gesture,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Gesture {
    #[default]
    None,
    /// Open, nothing changed yet.
    Fresh,
    /// Open; its step is the last one.
    Open,
}

impl History {
    /// From now on edits join into one step.
    pub(super) fn begin_gesture(&mut self) {
        self.gesture = Gesture::Fresh;
    }

    /// Whether a gesture is open.
    pub(super) fn in_gesture(&self) -> bool {
        self.gesture != Gesture::None
    }

    /// The step is whole.
    pub(super) fn end_gesture(&mut self) {
        self.gesture = Gesture::None;
        if let Some(step) = self.undo.last_mut() {
            step.flows = None;
        }
    }

    /// Remembers how to take an edit back.
    pub(super) fn record(&mut self, inverse: Edit, flows: bool) {
        self.redo.clear();
        let about = inverse.about();
        let joins = match self.gesture {
            Gesture::Open => true,
            Gesture::Fresh => false,
            Gesture::None => flows && self.undo.last().is_some_and(|s| s.flows == Some(about)),
        };
        if let (true, Some(step)) = (joins, self.undo.last_mut()) {
            // The oldest inverse about a thing leads back to where it was before the gesture.
            let known = !matches!(
                about,
                About::Nodules | About::Measurements | About::Segments | About::PriorLists | About::Many
            ) && step.inverses.iter().any(|e| e.about() == about);
            if !known {
                step.inverses.push(inverse);
            }
            return;
        }
        if self.gesture == Gesture::Fresh {
            self.gesture = Gesture::Open;
        }
        let flows = (flows && self.gesture == Gesture::None).then_some(about);
        self.undo.push(Step { inverses: vec![inverse], flows });
        if self.undo.len() > STEPS {
            self.undo.remove(0);
        }
    }

    /// The edits that take the last step back, in the order in which to carry them out.
    pub(super) fn take_undo(&mut self) -> Option<Vec<Edit>> {
        self.gesture = Gesture::None;
        self.undo.pop().map(|s| s.inverses.into_iter().rev().collect())
    }

    /// The edits that bring the last undone step back.
    pub(super) fn take_redo(&mut self) -> Option<Vec<Edit>> {
        self.gesture = Gesture::None;
        self.redo.pop().map(|s| s.inverses.into_iter().rev().collect())
    }

    /// Remembers how to bring back what was just undone.
    pub(super) fn undone(&mut self, inverses: Vec<Edit>) {
        self.redo.push(Step { inverses, flows: None });
    }

    /// Remembers how to take back what was just redone.
    pub(super) fn redone(&mut self, inverses: Vec<Edit>) {
        self.undo.push(Step { inverses, flows: None });
    }

    /// Forgets how the prior was looked at: its positions are of another patient space than the next one's.
    pub(super) fn forget_prior(&mut self) {
        for steps in [&mut self.undo, &mut self.redo] {
            for step in steps.iter_mut() {
                step.inverses =
                    std::mem::take(&mut step.inverses).into_iter().filter_map(Edit::without_prior).collect();
            }
            steps.retain(|step| !step.inverses.is_empty());
        }
    }

    /// Forgets everything: another series is open.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    pub(super) fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }
}
