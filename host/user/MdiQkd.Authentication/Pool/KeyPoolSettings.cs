namespace MdiQkd.Authentication.Pool;

/// <summary>Limits of a key pool, in pads per direction unless said otherwise.</summary>
public sealed record KeyPoolSettings
{
    /// <summary>
    /// Below this a node raises an alarm and opens no block (PROTOCOL.md 6.2). A block takes 4 pads per direction, so
    /// 256 let every running block finish and leave about 60 attempts for the operator's recovery.
    /// </summary>
    public int LowWaterPads { get; init; } = 256;

    /// <summary>Below this a refill comes before delivery of key to applications: half of the smallest provisioning.</summary>
    public int RefillPads { get; init; } = 1024;

    /// <summary>
    /// How far beyond the next expected offset a tag may lie. Pads are lost when a hub drops messages; 1024 covers
    /// about 256 blocks cut in a row, more than the reserve allows, so dropping cannot strand a direction earlier.
    /// </summary>
    public int ForwardJumpMax { get; init; } = 1024;

    /// <summary>Bad tags at one offset before the block is aborted (PROTOCOL.md 6.1).</summary>
    public int BadTagsMax { get; init; } = 16;
}
