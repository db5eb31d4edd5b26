//! The nodules of the series on the screen.

use egui::{Align2, Color32, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::command::{Command, Commands, Explaining};
use crate::findings::{Nodule, Question};
use crate::geometry::{Patient, Point};
use crate::guard::Verdict;
use crate::say;
use crate::ui::theme::{text, tokens};
use crate::ui::widgets::{Press, paragraph_ui, press_ui, row_ground};
use crate::ui::{Scene, icons, words};

/// Draws the list.
pub fn findings_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let findings = scene.session.findings();
    let selected = findings.selected().map(|n| n.id);
    for (n, nodule) in findings.nodules().iter().enumerate() {
        let chosen = selected == Some(nodule.id);
        let prior = scene.session.at_in_prior(nodule);
        let network = scene.session.look().network;
        let other = nodule.answer().map(|answer| answer.model.as_str()).filter(|model| *model != network);
        if row_ui(ui, (n + 1, nodule), prior, other, chosen) {
            out.push(Command::GoTo(nodule.id));
        }
    }
    ui.add_space(2.0);
    let two = Command::Explaining(Explaining::ShowTwo);
    if scene.enabled(&two) {
        let press = Press::new(icons::LAYOUT, say!("findings-two")).filled();
        if press_ui(ui, press).on_hover_text(scene.tip(&two)).clicked() {
            out.push(two);
        }
    }
    let key = scene.key(&Command::ClassifyHere);
    if scene.session.open().is_none() {
        paragraph_ui(ui, say!("findings-empty"), t.muted);
    } else if scene.session.is_classifiable() {
        paragraph_ui(ui, &say!("findings-press", key = key), t.muted);
    }
}

/// The number or the word that stands for the answer, and whether the number may be read.
fn answer_words(question: &Question) -> (String, bool) {
    match question {
        Question::Unasked => (String::new(), false),
        Question::Running => (say!("findings-running").to_owned(), false),
        Question::Failed(_) => (say!("findings-failed").to_owned(), false),
        Question::Cancelled => (say!("findings-cancelled").to_owned(), false),
        Question::NeedsPrior => (say!("findings-needs-prior").to_owned(), false),
        Question::Answered { answer, .. } if answer.trained => match answer.guard.verdict {
            Verdict::Ok => (format!("{:.2}", answer.probability), true),
            Verdict::OutsideTraining => (format!("{:.2}", answer.probability), false),
            Verdict::NotANodule => (say!("findings-no-nodule").to_owned(), false),
            Verdict::LesionExceedsContext => (say!("findings-too-large").to_owned(), false),
        },
        Question::Answered { .. } => (say!("findings-untrained").to_owned(), false),
    }
}

/// Of a position, points.
const LINE: f32 = 16.0;

/// - `number`: of the nodule, from 1
/// - `prior`: where it is marked in the prior, LPS mm of the prior
/// - `other`: the network that was asked, where that is not the chosen one: its number answers another question, or the
///   same one in another way
fn row_ui(
    ui: &mut Ui,
    (number, nodule): (usize, &Nodule),
    prior: Option<Point<Patient>>,
    other: Option<&str>,
    chosen: bool,
) -> bool {
    let t = tokens(ui);
    // A position that is cut may be read as another one: two lines where one is too short.
    let room = ui.available_width() - 40.0;
    let small = |words: String| {
        ui.painter().layout(words, TextStyle::Small.resolve(ui.style()), Color32::PLACEHOLDER, room)
    };
    let places = std::iter::once(words::patient_position(nodule.at))
        .chain(prior.map(|at| say!("findings-prior", value = words::patient_position(at))))
        .map(|place| small(place.replace("   ", "  ")))
        .chain(other.map(|model| small(say!("findings-asked-of", model = model))));
    let places: Vec<_> = places.collect();
    let height = 30.0 + places.iter().map(|galley| galley.size().y.max(LINE)).sum::<f32>();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let place = words::patient_position(nodule.at);
    let there = prior.map(|at| say!("findings-prior", value = words::patient_position(at)));
    let (value, readable) = answer_words(&nodule.question);
    // Beside numbers of the chosen network it must not look like one of them.
    let readable = readable && other.is_none();
    response.widget_info(|| {
        let of = other.map(|model| say!("findings-asked-of", model = model));
        let there: String = there.iter().chain(&of).map(|words| format!(", {words}")).collect();
        let said = say!("findings-row", number = number, place = place, value = value, there = there);
        WidgetInfo::selected(Role::ListItem, true, chosen, said)
    });
    if ui.is_rect_visible(rect) {
        let [ink, weak] = row_ground(ui, rect, &response, chosen);
        let ring = if chosen { t.accent } else { t.muted };
        ui.painter().circle_stroke(pos2(rect.left() + 14.0, rect.center().y), 5.0, Stroke::new(1.75, ring));
        let style = if readable { TextStyle::Heading } else { TextStyle::Small };
        let right = ui.painter().layout_no_wrap(value, style.resolve(ui.style()), ink);
        let beside = room - right.size().x - 6.0;
        let write = |y: f32, room: f32, words: &str, style: TextStyle, colour: Color32| {
            let font = style.resolve(ui.style());
            let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, colour);
            job.wrap = egui::text::TextWrapping::truncate_at_width(room);
            ui.painter().galley(pos2(rect.left() + 30.0, y), ui.painter().layout_job(job), colour);
        };
        write(rect.top() + 7.0, beside, &say!("findings-nodule", number = number), text::strong(), ink);
        let mut y = rect.top() + 24.0;
        for galley in places {
            let high = galley.size().y.max(LINE);
            ui.painter().galley(pos2(rect.left() + 30.0, y), galley, weak);
            y += high;
        }
        let at = Align2::RIGHT_CENTER.anchor_size(pos2(rect.right() - 10.0, rect.top() + 15.0), right.size());
        ui.painter().galley(at.min, right, if readable { ink } else { weak });
    }
    let clicked = response.clicked();
    response.on_hover_text(say!("findings-show", place = place));
    clicked
}
