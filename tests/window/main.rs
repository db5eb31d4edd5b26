//! What a person does in the window: find by label, click, type, look.
