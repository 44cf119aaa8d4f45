use clap::Parser;
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: data::command::Args,
}
fn main() -> anyhow::Result<()> {
    data::command::run(Cli::parse().args)
}
