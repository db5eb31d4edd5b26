//! The icons, by what they stand for here: code points of the Phosphor typeface, regular weight.

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $text;)*
        /// All of them with their names, for the test that the typeface has them.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

icons! {
    /// Phosphor `folder-open`.
    FOLDER = "\u{E256}";
    /// Phosphor `files`.
    FILES = "\u{E710}";
    /// Phosphor `flask`.
    EXAMPLE = "\u{E79E}";
    /// Phosphor `circle-half`.
    WINDOW = "\u{E18C}";
    /// Phosphor `arrows-out-cardinal`.
    PAN = "\u{E0A4}";
    /// Phosphor `magnifying-glass`.
    ZOOM = "\u{E30C}";
    /// Phosphor `crosshair-simple`.
    CROSSHAIR = "\u{E1D8}";
    /// Phosphor `selection`.
    NODULE = "\u{E69A}";
    /// Phosphor `stack`.
    SLAB = "\u{E466}";
    /// Phosphor `squares-four`.
    LAYOUT = "\u{E464}";
    /// Phosphor `square`.
    SINGLE = "\u{E45E}";
    /// Phosphor `fire`.
    HEATMAP = "\u{E242}";
    /// Phosphor `frame-corners`.
    BOXES = "\u{E626}";
    /// Phosphor `x`.
    CLOSE = "\u{E4F6}";
    /// Phosphor `warning`.
    WARNING = "\u{E4E0}";
    /// Phosphor `warning-octagon`.
    ERROR = "\u{E4E4}";
    /// Phosphor `info`.
    INFO = "\u{E2CE}";
    /// Phosphor `check`.
    CHECK = "\u{E182}";
    /// Phosphor `caret-down`.
    DOWN = "\u{E136}";
    /// Phosphor `caret-right`.
    RIGHT = "\u{E13A}";
    /// Phosphor `caret-left`.
    LEFT = "\u{E138}";
    /// Phosphor `question`.
    HELP = "\u{E3E8}";
    /// Phosphor `graphics-card`.
    DEVICE = "\u{E612}";
    /// Phosphor `cpu`.
    PROCESSOR = "\u{E610}";
    /// Phosphor `clock-counter-clockwise`.
    RECENT = "\u{E1A0}";
    /// Phosphor `arrow-clockwise`.
    RERUN = "\u{E036}";
    /// Phosphor `stop-circle`.
    STOP = "\u{E46E}";
    /// Phosphor `trash`.
    REMOVE = "\u{E4A6}";
    /// Phosphor `sidebar-simple`.
    LEFT_PANEL = "\u{EC24}";
    /// Phosphor `camera`.
    PICTURE = "\u{E10E}";
    /// Phosphor `sun`.
    LIGHT = "\u{E472}";
    /// Phosphor `moon`.
    DARK = "\u{E330}";
    /// Phosphor `arrow-u-up-left`.
    UNDO = "\u{E08A}";
    /// Phosphor `arrow-u-up-right`.
    REDO = "\u{E08C}";
    /// Phosphor `text-t`.
    TEXT = "\u{E48A}";
    /// Phosphor `list`.
    MENU = "\u{E2F0}";
    /// Phosphor `tray-arrow-down`.
    DROP = "\u{E010}";
    /// Phosphor `circle-half-tilt`.
    INVERT = "\u{E18E}";
    /// Phosphor `arrows-in`.
    RESET = "\u{E09A}";
    /// Phosphor `circle-dashed`.
    MARK = "\u{E602}";
    /// Phosphor `chart-line`.
    CHART = "\u{E154}";
    /// Phosphor `sliders-horizontal`.
    DISPLAY = "\u{E434}";
    /// Phosphor `folder`.
    OPEN = "\u{E24A}";
}
