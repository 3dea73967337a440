namespace MdiQkd.Authentication.Pool;

/// <summary>A tag and where its pad lies, or the reason why there is none.</summary>
public readonly struct SealResult
{
    internal SealResult(SealRefusal refusal) => Refusal = refusal;

    internal SealResult(PadAddress address, AuthenticationTag tag)
    {
        Address = address;
        Tag = tag;
    }

    /// <summary>None when sealed.</summary>
    public SealRefusal Refusal { get; }

    /// <summary>Where the pad lies; sent beside the tag.</summary>
    public PadAddress Address { get; }

    /// <summary>Hash XOR pad.</summary>
    public AuthenticationTag Tag { get; }

    /// <summary>Whether <see cref="Tag"/> and <see cref="Address"/> hold something.</summary>
    public bool IsSealed => Refusal == SealRefusal.None;
}
