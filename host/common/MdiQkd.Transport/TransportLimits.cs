namespace MdiQkd.Transport;

/// <summary>Limits of the node–hub stream, shared by both ends.</summary>
public static class TransportLimits
{
    /// <summary>
    /// Largest message: an amplification seed of n + ℓ − 1 bits for the largest block (n = 2^27) takes 32 MiB; 64 MiB leaves room
    /// for framing.
    /// </summary>
    public const int MessageBytesMax = 64 << 20;

    /// <summary>Announced events per disclosure message: two planes of 128 KiB, above the 64 KiB where gRPC gets efficient.</summary>
    public const int DisclosureEvents = 1 << 20;

    /// <summary>Events per announcement batch: about 3 bytes each, so about 64 KiB.</summary>
    public const int AnnouncementEvents = 1 << 15;

    /// <summary>
    /// Messages that may wait for a slow receiver before the hub gives the connection up: at 64 KiB each about 64 MB.
    /// </summary>
    public const int QueueMessages = 1024;
}
