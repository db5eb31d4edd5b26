//! egui's style, made from the tokens.

use std::collections::BTreeMap;

use egui::{
    Context, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Theme, vec2,
};

use super::fonts::strong_family;
use super::tokens::{DARK, LIGHT, Tokens, size};

/// Text styles that egui has no name for.
pub mod text {
    use egui::TextStyle;

    /// Headings of a panel's parts, names.
    pub fn strong() -> TextStyle {
        TextStyle::Name("strong".into())
    }

    /// Small and heavy.
    pub fn small_strong() -> TextStyle {
        TextStyle::Name("small-strong".into())
    }

    /// The number that a card is about.
    pub fn number() -> TextStyle {
        TextStyle::Name("number".into())
    }

    /// An icon on a button.
    pub fn icon() -> TextStyle {
        TextStyle::Name("icon".into())
    }
}

/// Chooses dark or light, with our values.
pub fn apply(ctx: &Context, dark: bool) {
    ctx.set_style_of(Theme::Dark, style(&DARK, true));
    ctx.set_style_of(Theme::Light, style(&LIGHT, false));
    ctx.set_theme(if dark { Theme::Dark } else { Theme::Light });
}

fn text_styles() -> BTreeMap<TextStyle, FontId> {
    let plain = |s: f32| FontId::new(s, FontFamily::Proportional);
    let strong = |s: f32| FontId::new(s, strong_family());
    [
        (TextStyle::Small, plain(size::SMALL)),
        (TextStyle::Body, plain(size::BODY)),
        (TextStyle::Button, plain(size::BODY)),
        (TextStyle::Monospace, plain(size::BODY)),
        (TextStyle::Heading, strong(size::HEADING)),
        (text::strong(), strong(size::BODY)),
        (text::small_strong(), strong(size::SMALL)),
        (text::number(), strong(size::NUMBER)),
        (text::icon(), plain(size::ICON)),
    ]
    .into()
}

fn style(t: &Tokens, dark: bool) -> Style {
    let mut style = Style {
        visuals: if dark { egui::Visuals::dark() } else { egui::Visuals::light() },
        ..Style::default()
    };
    style.text_styles = text_styles();
    style.animation_time = 0.08;

    let s = &mut style.spacing;
    s.item_spacing = vec2(size::STEP, size::HALF);
    s.button_padding = vec2(size::STEP, size::HALF);
    s.interact_size = vec2(size::CONTROL, size::CONTROL);
    s.menu_margin = Margin::same(6);
    s.window_margin = Margin::same(16);
    s.icon_width = 16.0;
    s.slider_rail_height = 3.0;
    s.tooltip_width = 320.0;
    s.scroll.floating = true;
    s.scroll.bar_width = 8.0;
    s.scroll.floating_width = 3.0;
    // A bar has a gutter of its own, and is there before the pointer is.
    s.scroll.floating_allocated_width = 6.0;
    s.scroll.dormant_handle_opacity = 0.6;

    let v = &mut style.visuals;
    v.panel_fill = t.panel;
    v.window_fill = t.card;
    v.window_stroke = Stroke::new(1.0, t.line);
    v.window_corner_radius = CornerRadius::same(8);
    v.menu_corner_radius = CornerRadius::same(size::CARD_RADIUS);
    v.window_shadow = Shadow { offset: [0, 8], blur: 24, spread: 0, color: t.veil };
    v.popup_shadow = Shadow { offset: [0, 4], blur: 12, spread: 0, color: t.veil };
    v.extreme_bg_color = t.window;
    v.text_edit_bg_color = Some(t.control);
    v.faint_bg_color = t.card;
    v.code_bg_color = t.card;
    v.warn_fg_color = t.warning;
    v.error_fg_color = t.error;
    v.hyperlink_color = t.accent;
    v.weak_text_color = Some(t.muted);
    v.selection.bg_fill = t.accent_soft;
    v.selection.stroke = Stroke::new(1.5, t.accent);
    v.slider_trailing_fill = true;
    v.handle_shape = egui::style::HandleShape::Circle;
    v.indent_has_left_vline = false;
    v.button_frame = true;

    let radius = CornerRadius::same(size::RADIUS);
    for w in [
        &mut v.widgets.noninteractive,
        &mut v.widgets.inactive,
        &mut v.widgets.hovered,
        &mut v.widgets.active,
        &mut v.widgets.open,
    ] {
        w.corner_radius = radius;
        w.expansion = 0.0;
        w.bg_stroke = Stroke::NONE;
        w.fg_stroke = Stroke::new(1.0, t.text);
    }
    v.widgets.noninteractive.bg_stroke = Stroke::new(1.0, t.line);
    // A field that may lie on a ground of its own colour.
    v.widgets.inactive.bg_stroke = Stroke::new(1.0, t.edge);
    v.widgets.hovered.bg_stroke = Stroke::new(1.0, t.edge);
    v.widgets.noninteractive.bg_fill = t.panel;
    for (w, fill) in [
        (&mut v.widgets.inactive, t.control),
        (&mut v.widgets.hovered, t.control_hover),
        (&mut v.widgets.active, t.accent_soft),
        (&mut v.widgets.open, t.control_hover),
    ] {
        w.bg_fill = fill;
        w.weak_bg_fill = fill;
    }
    style
}
