//! Going on after a loss in the middle of a frame, which ends the window's thread with a panic: the
//! program is started anew with the same folders, and brings back what was made, or marks the same nodules where
//! sessions are not kept.

use std::process::Command as Process;

use super::core::Core;
use crate::command::Command;
use crate::geometry::{Patient, Point};
use crate::ingest::Private;

/// Series and points for the program that takes over; never written to a file.
const HANDED_ON: &str = "TRISCOPE_RESUME";

/// What was marked in which series.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Marked {
    uid: String,
    points: Vec<Point<Patient>>,
    /// Everything that was made was put aside as a session, the points in it.
    as_session: bool,
}

/// In place of points.
const AS_SESSION: &str = "session";

impl Marked {
    /// What another process of ours has handed on.
    pub(super) fn from_environment() -> Option<Self> {
        Self::parse(&std::env::var(HANDED_ON).ok()?)
    }

    /// `UID|x,y,z;x,y,z`, LPS mm, or `UID|session`.
    fn parse(text: &str) -> Option<Self> {
        let (uid, made) = text.split_once('|')?;
        let points = made
            .split(';')
            .filter_map(|p| {
                let numbers: Vec<f64> = p.split(',').filter_map(|n| n.parse().ok()).collect();
                <[f64; 3]>::try_from(numbers).ok().map(Point::from_array)
            })
            .collect();
        Some(Self { uid: uid.to_owned(), points, as_session: made == AS_SESSION })
    }

    fn text(&self) -> String {
        if self.as_session {
            return format!("{}|{AS_SESSION}", self.uid);
        }
        let point = |p: &Point<Patient>| format!("{},{},{}", p.x, p.y, p.z);
        format!("{}|{}", self.uid, self.points.iter().map(point).collect::<Vec<_>>().join(";"))
    }
}

impl Core {
    /// Marks again what was marked before, once its series is loaded.
    pub(super) fn resume(&mut self, ctx: &egui::Context) {
        let Some(marked) = self.marked.take() else { return };
        let wanted = self.session.scan().series.iter().position(|s| s.uid == marked.uid);
        match (self.session.open(), wanted) {
            (Some(open), Some(index)) if open.index != index => {
                if !self.session.is_working() {
                    self.carry_out(Command::ShowSeries(index), ctx);
                }
                self.marked = Some(marked);
            }
            (Some(open), Some(_)) if open.loaded => {
                if marked.as_session {
                    self.restore_session();
                }
                marked.points.into_iter().for_each(|at| self.carry_out(Command::ClassifyAt(at), ctx));
                self.warn("The graphics device was lost. The program has started anew and asked again");
            }
            // Not there yet.
            _ => self.marked = Some(marked),
        }
    }

    /// Whether the device is gone: then a panic of the drawing side is no fault of the program.
    pub(super) fn device_is_gone(&self) -> bool {
        self.gpu.as_ref().is_some_and(|gpu| {
            // Losses are told while polling.
            let _ = gpu.device.poll(wgpu::PollType::Poll);
            gpu.fault.is_lost()
        })
    }

    /// Starts the program anew on the same case; false where that cannot be done.
    pub(super) fn start_anew(&self) -> bool {
        let Ok(program) = std::env::current_exe() else { return false };
        let points = self.session.findings().nodules().iter().map(|n| n.at).collect();
        let uid = self.session.series().map(|s| s.uid.clone()).unwrap_or_default();
        let marked = Marked { uid, points, as_session: self.leave_session() };
        let shown = self.session.report().filter(|open| open.shown).map(|open| &open.report.folder);
        let case = self.session.paths().iter().filter(|_| shown.is_none());
        Process::new(program)
            .args(shown.into_iter().chain(case).map(Private::reveal))
            .env(HANDED_ON, marked.text())
            .spawn()
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_on_is_read_as_it_was_written() {
        let points = vec![Point::new(-57.25, 131.0, -520.625), Point::new(0.0, 1e-9, 3.0)];
        let marked = Marked { uid: "1.2.3#1".to_owned(), points, as_session: false };
        let put_aside = Marked { points: Vec::new(), as_session: true, ..marked.clone() };
        for marked in [marked, put_aside] {
            assert_eq!(Marked::parse(&marked.text()), Some(marked));
        }
        assert_eq!(Marked::parse("nothing"), None);
        let broken = Marked::parse("1.2|1,2;a,b,c;4,5,6").map(|m| m.points);
        assert_eq!(broken, Some(vec![Point::new(4.0, 5.0, 6.0)]));
    }
}
