//! Hours of use in short: the same round of everything that a reader does, again and again, with the memory that
//! each leaves behind.
//!
//! A round opens a case, steps, windows, measures, draws, lays the viewports out, turns the volume in 3D, asks the
//! network, explains, takes everything back and closes the case. What grows from round to round grows with use.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::command::{Command, Segmenting, Viewing};
use crate::explain::Method;
use crate::findings::Question;
use crate::geometry::{Patient, Point, Vector};
use crate::measure::{Kind, Measurement};
use crate::segments::Dab;
use crate::session::{Edit, Pane, SegmentEdit, Session, Side, Stage, Tool};
use crate::volume::{Preset, VolumePreset};

/// Longer than this nothing is waited for.
const PATIENCE: Duration = Duration::from_secs(180);
/// Frames after a case was closed before memory is read: what was freed in the last one is gone.
const REST: usize = 8;
/// Steps of a scroll, dabs of a stroke and turns in 3D of a round.
const SCROLL: usize = 30;
const DABS: usize = 20;
const TURNS: usize = 20;
/// Questions of a round, at as many places.
const QUESTIONS: usize = 2;

/// What one round left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RoundMemory {
    /// Seconds since the first round began.
    pub seconds: f64,
    /// Commands carried out since then.
    pub commands: u64,
    /// Memory of the process before the case was closed, bytes.
    pub open_bytes: u64,
    /// After it was closed, bytes.
    pub closed_bytes: u64,
    /// Our textures before it was closed, bytes.
    pub texture_bytes: u64,
    /// After, bytes.
    pub closed_texture_bytes: u64,
}

/// What a round consists of, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Open,
    Scroll(usize),
    Windows(usize),
    Measure(usize),
    Draw(usize),
    Layouts(usize),
    Turn(usize),
    Ask(usize),
    Explain(usize),
    Heatmap(usize),
    TakeBack(usize),
    Bring(usize),
    OtherSeries,
    Close,
    Rest(usize),
}

/// The rounds, asked for frame by frame.
pub(super) struct Rounds {
    path: Option<PathBuf>,
    wanted: usize,
    act: Act,
    since: Instant,
    began: Instant,
    commands: u64,
    now: RoundMemory,
    pub(super) done: Vec<RoundMemory>,
}

/// How a frame of the rounds ended.
pub(super) enum Next {
    /// Do this.
    Do(Vec<Command>),
    /// All rounds are done.
    Done,
    /// This went wrong.
    Failed(String),
}

impl Rounds {
    /// - `path`: the case; `None` for the built-in one
    pub(super) fn new(path: Option<PathBuf>, wanted: usize) -> Self {
        let now = Instant::now();
        Self {
            path,
            wanted,
            act: Act::Open,
            since: now,
            began: now,
            commands: 0,
            now: RoundMemory::default(),
            done: Vec::new(),
        }
    }

    /// What to do in this frame.
    pub(super) fn frame(&mut self, session: &Session) -> Next {
        if self.done.len() >= self.wanted {
            return Next::Done;
        }
        if self.since.elapsed() > PATIENCE {
            return Next::Failed(format!("{:?} took too long", self.act));
        }
        let commands = match self.step(session) {
            Ok(commands) => commands,
            Err(sentence) => return Next::Failed(sentence),
        };
        self.commands += commands.len() as u64;
        Next::Do(commands)
    }

    fn go(&mut self, act: Act) {
        (self.act, self.since) = (act, Instant::now());
    }

    fn step(&mut self, session: &Session) -> Result<Vec<Command>, String> {
        let before = self.act;
        let (next, commands) = match before {
            Act::Open => self.open(session)?,
            Act::Scroll(n) => {
                let pane = Pane::ALL.get(n % 3).copied().unwrap_or(Pane::Axial);
                let by = if n / 3 < SCROLL / 2 { 1 } else { -1 };
                let next = if n + 1 < 3 * SCROLL { Act::Scroll(n + 1) } else { Act::Windows(0) };
                (next, vec![Command::Step(pane, by)])
            }
            Act::Windows(n) => match windows().get(n) {
                Some(command) => (Act::Windows(n + 1), vec![command.clone()]),
                None => (Act::Measure(0), Vec::new()),
            },
            Act::Measure(n) => match Kind::ALL.get(n) {
                Some(kind) => (Act::Measure(n + 1), measurement(session, *kind)),
                None => (Act::Draw(0), vec![Command::Segmenting(Segmenting::Begin)]),
            },
            Act::Draw(n) if n < DABS => (Act::Draw(n + 1), dab(session, n)),
            Act::Draw(_) => (Act::Layouts(0), vec![Command::Tool(Tool::Window)]),
            Act::Layouts(n) => match layouts().get(n) {
                Some(command) => (Act::Layouts(n + 1), vec![command.clone()]),
                None => (Act::Turn(0), Vec::new()),
            },
            Act::Turn(n) if n < TURNS => (Act::Turn(n + 1), turn(session, n)),
            Act::Turn(_) => (Act::Ask(0), vec![Command::ToggleVolume]),
            Act::Ask(n) => self.ask(session, n)?,
            Act::Explain(n) => self.explain(session, n)?,
            Act::Heatmap(n) if n < 6 => {
                let command = if n % 2 == 0 { Command::ToggleHeatmap } else { Command::ToggleContour };
                (Act::Heatmap(n + 1), vec![command])
            }
            Act::Heatmap(_) => (Act::TakeBack(0), Vec::new()),
            Act::TakeBack(n) if n < 60 && session.can_undo() => (Act::TakeBack(n + 1), vec![Command::Undo]),
            Act::TakeBack(_) => (Act::Bring(0), Vec::new()),
            Act::Bring(n) if n < 20 && session.can_redo() => (Act::Bring(n + 1), vec![Command::Redo]),
            Act::Bring(_) => {
                let other = (0..session.scan().series.len()).find(|n| Some(*n) != session.case().chosen());
                (Act::OtherSeries, other.map(Command::ShowSeries).into_iter().collect())
            }
            // Whether it can be viewed or not, the one before goes.
            Act::OtherSeries if session.work().is_empty() && settled(session) => {
                self.now.open_bytes = memory();
                self.now.texture_bytes = session.memory().gpu_bytes;
                (Act::Close, vec![Command::CloseCase])
            }
            Act::OtherSeries => (before, Vec::new()),
            Act::Close => (Act::Rest(0), Vec::new()),
            Act::Rest(n) if n < REST => (Act::Rest(n + 1), Vec::new()),
            Act::Rest(_) => {
                self.now.seconds = self.began.elapsed().as_secs_f64();
                self.now.commands = self.commands;
                self.now.closed_bytes = memory();
                self.now.closed_texture_bytes = session.gpu().bytes;
                self.done.push(std::mem::take(&mut self.now));
                let open = match self.path.clone() {
                    Some(path) => Command::OpenPaths(vec![path]),
                    None => Command::OpenExample,
                };
                let more = self.done.len() < self.wanted;
                (Act::Open, if more { vec![open] } else { Vec::new() })
            }
        };
        if next != before {
            self.go(next);
        }
        Ok(commands)
    }

    /// Until every slice is on the GPU.
    fn open(&self, session: &Session) -> Result<(Act, Vec<Command>), String> {
        match session.stage() {
            Stage::Failed(sentence) => return Err(sentence),
            Stage::Unusable(_) => return Err("the series cannot be viewed".to_owned()),
            Stage::Report => return Err("this is a report, and no series".to_owned()),
            Stage::Welcome | Stage::Opening | Stage::Open => {}
        }
        let there = session.open().is_some() && session.work().is_empty() && settled(session);
        Ok((if there { Act::Scroll(0) } else { Act::Open }, Vec::new()))
    }

    fn ask(&self, session: &Session, n: usize) -> Result<(Act, Vec<Command>), String> {
        if session.findings().nodules().len() <= n {
            // Places near the middle, others in each round.
            let mut at = session.grid().map_or(session.look().cursor, |grid| grid.centre());
            at.x += 4.0 * (n + QUESTIONS * (self.done.len() % 8)) as f64;
            let asked = self.act == Act::Ask(n) && self.since.elapsed() > Duration::from_secs(2);
            if asked {
                let why = session.notices().last().map_or("nothing was asked", |notice| &notice.text);
                return Err(why.to_owned());
            }
            return Ok((Act::Ask(n), vec![Command::ClassifyAt(at)]));
        }
        match session.findings().nodules().get(n).map(|nodule| &nodule.question) {
            Some(Question::Answered { saliency, answer }) if !saliency.is_empty() && answer.is_whole() => {
                let next = if n + 1 < QUESTIONS { Act::Ask(n + 1) } else { Act::Explain(0) };
                Ok((next, Vec::new()))
            }
            Some(Question::Failed(sentence)) => Err(sentence.clone()),
            Some(Question::Cancelled) => Err("the question was cancelled".to_owned()),
            _ => Ok((Act::Ask(n), Vec::new())),
        }
    }

    /// Maps of other methods, one after the other.
    fn explain(&self, session: &Session, n: usize) -> Result<(Act, Vec<Command>), String> {
        const METHODS: [Method; 2] = [Method::Gradient, Method::LayerCam];
        if !session.work().is_empty() {
            return Ok((Act::Explain(n), Vec::new()));
        }
        Ok(match METHODS.get(n) {
            Some(method) => (Act::Explain(n + 1), vec![Command::Explain(*method)]),
            None => (Act::Heatmap(0), Vec::new()),
        })
    }
}

/// Every slice that has arrived is on the GPU.
fn settled(session: &Session) -> bool {
    let gpu = session.gpu();
    session.open().is_none_or(|open| open.loaded && gpu.slices == gpu.total && gpu.total > 0)
}

/// Memory of the process, bytes.
fn memory() -> u64 {
    memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem as u64)
}

fn windows() -> Vec<Command> {
    let presets = Preset::ALL.into_iter().map(Command::Preset);
    let more = [
        Command::Viewing(Viewing::AutoWindow),
        Command::ToggleInvert,
        Command::ToggleInvert,
        Command::Viewing(Viewing::CycleInterpolation),
        Command::Viewing(Viewing::CycleInterpolation),
        Command::Viewing(Viewing::CycleInterpolation),
        Command::Viewing(Viewing::CycleSharpening),
        Command::Viewing(Viewing::CycleSharpening),
        Command::Viewing(Viewing::CycleSharpening),
        Command::CycleSlab,
        Command::Viewing(Viewing::SlabThicker),
        Command::CycleSlab,
        Command::CycleSlab,
        Command::CycleSlab,
        Command::Viewing(Viewing::OneToOne),
        Command::ResetViewport,
        Command::TurnClockwise,
        Command::FlipAcross,
        Command::Preset(Preset::Lung),
    ];
    presets.chain(more).collect()
}

fn layouts() -> Vec<Command> {
    vec![
        Command::ArrangeRow,
        Command::ArrangeLarge,
        Command::ToggleMaximise,
        Command::ToggleMaximise,
        Command::ArrangeQuarters,
        Command::ToggleLeftPanel,
        Command::ToggleLeftPanel,
        Command::ToggleTheme,
        Command::ToggleTheme,
        Command::ToggleHelp,
        Command::ToggleHelp,
        Command::Viewing(Viewing::TogglePreferences),
        Command::Viewing(Viewing::TogglePreferences),
        Command::ToggleVolume,
    ]
}

/// A measurement around the cursor, in the axial plane.
fn measurement(session: &Session, kind: Kind) -> Vec<Command> {
    let centre = session.look().cursor;
    let offsets = [[-20.0, -12.0], [18.0, 14.0], [22.0, -10.0], [-16.0, 20.0]];
    let [_, most] = kind.points();
    let points: Vec<Point<Patient>> =
        offsets.iter().take(most).map(|[x, y]| centre + Vector::new(*x, *y, 0.0)).collect();
    let id = session.findings().next_measurement();
    let basis = crate::geometry::Plane::Axial.basis();
    let drawn = Measurement::drawn(id, kind, &points, basis, kind.label().to_owned());
    drawn.map(|drawn| Command::Edit(Edit::AddMeasurement(usize::MAX, drawn))).into_iter().collect()
}

/// A piece of a stroke of the brush.
fn dab(session: &Session, n: usize) -> Vec<Command> {
    let Some(id) = session.findings().chosen_segment().map(|segment| segment.id) else { return Vec::new() };
    let at = |n: usize| session.look().cursor + Vector::new(2.0 * n as f64, 0.5 * n as f64, 0.0);
    let dab = Dab { radius_mm: 8.0, way: [at(n), at(n + 1)], flat: None, range: None, erase: n % 5 == 4 };
    vec![Command::Edit(Edit::Segments(SegmentEdit::Paint(id, dab)))]
}

/// A turn of the 3D view; other colours and sides now and then.
fn turn(session: &Session, n: usize) -> Vec<Command> {
    let view = session.look().volume_view;
    let mut out = vec![Command::Edit(Edit::VolumeView(view.turned(0.15, 0.05)))];
    match n {
        5 => out.push(Command::VolumePreset(VolumePreset::Bone)),
        10 => out.push(Command::VolumePreset(VolumePreset::Lung)),
        12 => out.push(Command::CropVolume),
        14 => out.push(Command::CropVolume),
        15 => out.push(Command::VolumeSide(Side::Front)),
        _ => {}
    }
    out
}
