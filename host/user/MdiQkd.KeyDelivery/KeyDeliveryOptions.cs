using MdiQkd.KeyDelivery.Agreement;

namespace MdiQkd.KeyDelivery;

/// <summary>Settings of key delivery at one node. Check with <see cref="Validated"/> at start.</summary>
public sealed record KeyDeliveryOptions
{
    /// <summary>Name of this node; also its KME id.</summary>
    public required string Node { get; init; }

    /// <summary>All SAEs of the network.</summary>
    public required SaeDirectory Directory { get; init; }

    /// <summary>Where the SAE id stands in a client certificate.</summary>
    public SaeIdentitySource IdentitySource { get; init; } = SaeIdentitySource.SubjectCommonName;

    /// <summary>Size of a key if a request names none, in bits.</summary>
    public int DefaultKeySizeBits { get; init; } = 256;

    /// <summary>Smallest key that can be requested, in bits.</summary>
    public int MinKeySizeBits { get; init; } = 8;

    /// <summary>Largest key that can be requested, in bits.</summary>
    public int MaxKeySizeBits { get; init; } = AgreementCodec.KeySizeBitsMax;

    /// <summary>Most keys in one request, for enc_keys and dec_keys.</summary>
    public int MaxKeysPerRequest { get; init; } = AgreementCodec.KeysMax;

    /// <summary>Requests for new keys per peer that are handled at once; more wait. Bounds what an outage of the peer burns.</summary>
    public int MaxConcurrentIssues { get; init; } = 8;

    /// <summary>Time that the peer has to answer one message.</summary>
    public TimeSpan PeerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Interval at which unfinished work with the peers is tried again.</summary>
    public TimeSpan ResolveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time after which a key that its slave has not fetched is destroyed. The standard sets none.</summary>
    public TimeSpan UnfetchedKeyLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>This record, if every value is in its range.</summary>
    /// <exception cref="ArgumentException">Names the setting and its range.</exception>
    public KeyDeliveryOptions Validated()
    {
        Require(!string.IsNullOrEmpty(Node), nameof(Node), "a node name");
        Require(Directory is not null, nameof(Directory), "the SAE directory");
        Require(Enum.IsDefined(IdentitySource), nameof(IdentitySource), "a defined source");
        Require(MinKeySizeBits is >= 8 and <= AgreementCodec.KeySizeBitsMax && MinKeySizeBits % 8 == 0,
            nameof(MinKeySizeBits), $"a multiple of 8 from 8 to {AgreementCodec.KeySizeBitsMax}");
        Require(MaxKeySizeBits >= MinKeySizeBits && MaxKeySizeBits <= AgreementCodec.KeySizeBitsMax && MaxKeySizeBits % 8 == 0,
            nameof(MaxKeySizeBits), $"a multiple of 8 from {nameof(MinKeySizeBits)} to {AgreementCodec.KeySizeBitsMax}");
        Require(DefaultKeySizeBits >= MinKeySizeBits && DefaultKeySizeBits <= MaxKeySizeBits && DefaultKeySizeBits % 8 == 0,
            nameof(DefaultKeySizeBits), $"a multiple of 8 from {nameof(MinKeySizeBits)} to {nameof(MaxKeySizeBits)}");
        Require(MaxKeysPerRequest is >= 1 and <= AgreementCodec.KeysMax, nameof(MaxKeysPerRequest), $"1 to {AgreementCodec.KeysMax}");
        Require(MaxConcurrentIssues is >= 1 and <= 1024, nameof(MaxConcurrentIssues), "1 to 1024");
        Require(PeerTimeout > TimeSpan.Zero && PeerTimeout <= TimeSpan.FromMinutes(5), nameof(PeerTimeout), "over 0 s, up to 300 s");
        Require(ResolveInterval > TimeSpan.Zero && ResolveInterval <= TimeSpan.FromHours(1),
            nameof(ResolveInterval), "over 0 s, up to 3600 s");
        Require(UnfetchedKeyLifetime >= TimeSpan.FromMinutes(1) && UnfetchedKeyLifetime <= TimeSpan.FromDays(3650),
            nameof(UnfetchedKeyLifetime), "1 minute to 3650 days");
        return this;
    }

    private static void Require(bool condition, string setting, string range)
    {
        if (!condition)
        {
            throw new ArgumentException($"key delivery: {setting} must be {range}");
        }
    }
}
