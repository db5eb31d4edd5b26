//! The menu of the slab, and the field for its thickness beside it.

use egui::{PopupCloseBehavior, Ui};

use super::top_menus::row_ui;
use crate::command::{Command, Commands, Viewing};
use crate::session::{Edit, Projection, Slab};
use crate::ui::theme::size;
use crate::ui::widgets::{NumberField, Press, menu, menu_row_ui, number_ui, press_ui, slider_row_ui};
use crate::ui::{Scene, icons, words};

/// Thickest slab on the slider, mm; thicker ones are typed.
const SLIDER_MM: f64 = 50.0;

/// Off, maximum, minimum, mean; thickness. The field stands beside the button while there is a slab.
pub fn slab_menu_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let look = scene.session.look();
    let now = look.slab();
    let label = now.map_or("Slab off", |slab| words::projection_label(slab.projection));
    let button = press_ui(ui, Press::new("", label).menu().enabled(ui.is_enabled()));
    let button = button.on_hover_text(scene.tip(&Command::CycleSlab));
    menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(240.0);
        ui.spacing_mut().item_spacing.y = 2.0;
        if menu_row_ui(ui, Press::new(icons::SLAB, "Off").selected(now.is_none())).clicked() {
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
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = size::HALF;
            let share = (look.slab_thickness_mm / SLIDER_MM).min(1.0) as f32;
            let shown = format!("{} mm", words::trimmed(look.slab_thickness_mm, 1));
            let (new, _) = slider_row_ui(ui, "Thickness", share, &shown);
            if let Some(new) = new {
                let thickness_mm = (f64::from(new) * SLIDER_MM).round().max(1.0);
                out.edit(match now {
                    Some(_) => Edit::SlabThickness(thickness_mm),
                    None => Edit::Slab(Some(Slab { thickness_mm, projection: Projection::Max })),
                });
            }
        });
    });
    let Some(slab) = now else { return };
    let [least, most] = Slab::RANGE_MM;
    let field = NumberField {
        name: "Thickness of the slab",
        unit: " mm",
        range: least..=most,
        pace: 0.1,
        decimals: 1,
    };
    let (new, response) = number_ui(ui, &field, slab.thickness_mm);
    response.on_hover_text("Thickness of the slab: type, drag, or turn the wheel over a picture with Alt");
    if let Some(mm) = new {
        out.edit(Edit::SlabThickness(mm));
    }
}
