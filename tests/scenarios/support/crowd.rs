//! A crowd of people as a file, made up of names that people have.

use std::fmt::Write;

use types::RequestId;

const GIVEN: [&str; 16] = [
    "Zoë",
    "José",
    "Łukasz",
    "Søren",
    "Ayşe",
    "Nguyễn",
    "Владимир",
    "Ελένη",
    "李娜",
    "さくら",
    "محمد",
    "Mary-Jane",
    "D'Arcy",
    "Jean Luc",
    "Çağla",
    "अनिका",
];
const FAMILY: [&str; 16] = [
    "O'Neill",
    "Müller-Lüdenscheidt",
    "García Márquez",
    "Åkesson",
    "Šimůnek",
    "Île-de-France",
    "Иванова",
    "Παπαδοπούλου",
    "王",
    "山田",
    "الفارسي",
    "van der \"\"Berg\"\"",
    "MacDonald",
    "Ñuñez",
    "Yılmaz",
    "शर्मा",
];
const LANGUAGES: [&str; 7] = ["en", "de", "fr", "es", "it", "pt-BR", "nl"];

/// Whoever of these many is told by mail: one in fifty.
pub const MAILED: usize = 50;

/// So many people, nobody like anybody in an earlier crowd: their addresses, and the file.
pub fn crowd(size: usize) -> (Vec<String>, String) {
    let name = RequestId::new().to_string();
    let email = |index: usize| format!("p{index}.{name}@example.com");
    let mut file = String::from("Email;First name;Last name;Language;Welcome e-mail\r\n");
    for index in 0..size {
        let given = GIVEN[index % GIVEN.len()];
        let family = FAMILY[index / GIVEN.len() % FAMILY.len()];
        let language = LANGUAGES[index % LANGUAGES.len()];
        let welcome = if index % MAILED == 0 { "default" } else { "none" };
        writeln!(file, "{};{given};\"{family}\";{language};{welcome}\r", email(index)).unwrap();
    }
    ((0..size).map(email).collect(), file)
}
