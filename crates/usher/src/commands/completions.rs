//! `usher completions`: what makes a shell complete these commands.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;

/// For which shell.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  usher completions bash > ~/.local/share/bash-completion/completions/usher
  usher completions zsh  > \"${fpath[1]}/_usher\"
  usher completions fish > ~/.config/fish/completions/usher.fish")]
pub struct Args {
    /// The shell.
    pub shell: Shell,
}

/// Prints the script.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "usher", &mut script);
    Ok(std::io::Write::write_all(&mut std::io::stdout(), &script)?)
}
