namespace MdiQkd.Wire;

/// <summary>What is connected to a tagger channel, one byte.</summary>
public enum ChannelRole : byte
{
    /// <summary>Nothing.</summary>
    Unused = 0,

    /// <summary>A single-photon detector; the index says which, from 0.</summary>
    Detector = 1,

    /// <summary>A periodic synchronisation pulse.</summary>
    Sync = 2,

    /// <summary>Any other pulse.</summary>
    Marker = 3,
}
