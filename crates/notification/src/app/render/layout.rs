//! The HTML shape of a mail: made for mail clients from MJML, once, with the template's tags left in it.

use std::collections::HashMap;

use mrml::prelude::render::RenderOptions;

use super::RenderError;

const MJML: &str = include_str!("../../../templates/mail.mjml");

/// The template of every mail's HTML. It fetches nothing from anywhere: no fonts, no pictures.
///
/// # Errors
/// [`RenderError::Layout`] when the layout is not MJML.
pub(super) fn html() -> Result<String, RenderError> {
    let layout = mrml::parse(MJML).map_err(|error| RenderError::Layout(error.into()))?;
    let options = RenderOptions {
        disable_comments: true,
        fonts: HashMap::new(),
        ..RenderOptions::default()
    };
    let html = layout.element.render(&options);
    html.map_err(|error| RenderError::Layout(error.into()))
}
