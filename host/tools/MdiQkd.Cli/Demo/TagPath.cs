namespace MdiQkd.Cli.Demo;

/// <summary>Way of the tags from the simulated world to the hub.</summary>
internal enum TagPath
{
    /// <summary>Straight, at array speed.</summary>
    Array,

    /// <summary>Through the virtual board, as fast as it carries them.</summary>
    Board,
}
