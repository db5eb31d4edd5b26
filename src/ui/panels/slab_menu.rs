//! The menu of the slab, and the field for its thickness beside it.

use egui::{Key, PopupCloseBehavior, Slider, TextStyle, Ui, WidgetInfo};

use super::top_menus::row_ui;
use crate::command::{Command, Commands, Viewing};
use crate::say;
use crate::session::{Edit, Projection, Slab};
use crate::ui::theme::{size, tokens};
use crate::ui::widgets::{
    NumberField, Press, bare_slider_ui, line_ui, menu, menu_row_ui, number_ui, press_ui, splits,
};
use crate::ui::{Scene, icons, words};

/// Thickest slab on the slider, mm; thicker ones are typed.
const SLIDER_MM: f64 = 50.0;

/// Off, maximum, minimum, mean; thickness. The field for it stands beside the button while there is a slab, where
/// the bar has room for it, and in the menu always.
/// - `with_words`: the bar has room for them
/// - `roomy`: and for the field
pub fn slab_menu_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands, (with_words, roomy): (bool, bool)) {
    let look = scene.session.look();
    let now = look.slab();
    let beside = now.filter(|_| roomy);
    let label = match (now, beside) {
        (None, _) => say!("slab-off").to_owned(),
        (Some(slab), None) => words::slab(slab),
        (_, Some(slab)) => words::projection_label(slab.projection).to_owned(),
    };
    let press = match with_words {
        true => Press::new("", &label),
        false => Press::new(icons::SLAB, &label).icon_only().selected(now.is_some()),
    };
    let button = press_ui(ui, press.menu().enabled(ui.is_enabled()));
    let button = button.on_hover_text(scene.tip(&Command::CycleSlab));
    menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(240.0);
        ui.spacing_mut().item_spacing.y = 2.0;
        if menu_row_ui(ui, Press::new(icons::SLAB, say!("slab-off-short")).selected(now.is_none())).clicked()
        {
            out.edit(Edit::Slab(None));
        }
        for projection in Projection::ALL {
            let on = now.is_some_and(|s| s.projection == projection);
            let press = Press::new(icons::SLAB, words::projection_label(projection)).selected(on);
            if menu_row_ui(ui, press).clicked() {
                let slab = Slab { thickness_mm: look.slab_thickness_mm, projection };
                out.edit(Edit::Slab(Some(slab)));
            }
        }
        ui.separator();
        for command in [Viewing::SlabThicker, Viewing::SlabThinner] {
            row_ui(ui, scene, out, Command::Viewing(command), icons::SLAB, false);
        }
        ui.add_space(size::HALF);
        thickness_ui(ui, look.slab_thickness_mm, now, beside.is_none(), out);
    });
    let Some(slab) = beside else { return };
    let (new, response) = number_ui(ui, &thickness_field(), slab.thickness_mm);
    response.on_hover_text(say!("slab-tip"));
    out.extend(new.map(|mm| Command::Edit(Edit::SlabThickness(mm))));
}

fn thickness_field() -> NumberField<'static> {
    NumberField {
        name: say!("slab-thickness-of"),
        unit: " mm",
        range: Slab::RANGE_MM[0]..=Slab::RANGE_MM[1],
        pace: 0.1,
        decimals: 1,
        nought: "",
    }
}

/// A slider, and the field where it does not stand beside the button.
fn thickness_ui(ui: &mut Ui, thickness_mm: f64, now: Option<Slab>, field: bool, out: &mut Commands) {
    let thick = |thickness_mm: f64| match now {
        Some(_) => Edit::SlabThickness(thickness_mm),
        None => Edit::Slab(Some(Slab { thickness_mm, projection: Projection::Max })),
    };
    let mut share = (thickness_mm / SLIDER_MM).min(1.0);
    let before = share;
    splits(
        ui,
        |ui| line_ui(ui, say!("slab-thickness"), TextStyle::Body, tokens(ui).muted),
        |ui| {
            if field {
                let (new, _) = number_ui(ui, &thickness_field(), thickness_mm);
                out.extend(new.map(|mm| Command::Edit(thick(mm))));
            } else {
                let shown = format!("{} mm", words::trimmed(thickness_mm, 1));
                line_ui(ui, &shown, TextStyle::Body, tokens(ui).text);
            }
        },
    );
    let slider = bare_slider_ui(ui, |ui| {
        ui.add(Slider::new(&mut share, 0.0..=1.0).step_by(1.0 / SLIDER_MM).show_value(false))
    });
    slider.widget_info(|| WidgetInfo::slider(true, thickness_mm, say!("slab-thickness")));
    // A slider brings what was typed to its own steps by itself: only a hand counts.
    let keys = [Key::ArrowLeft, Key::ArrowRight, Key::ArrowUp, Key::ArrowDown];
    let by_key = slider.has_focus() && ui.input(|i| keys.iter().any(|key| i.key_pressed(*key)));
    if share != before && (slider.dragged() || slider.clicked() || by_key) {
        out.edit(thick((share * SLIDER_MM).round().max(Slab::RANGE_MM[0])));
    }
}
