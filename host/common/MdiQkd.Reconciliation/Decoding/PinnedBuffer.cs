namespace MdiQkd.Reconciliation.Decoding;

/// <summary>Buffers of the decoder: pinned, never shrinking.</summary>
internal static class PinnedBuffer
{
    /// <summary>The same buffer if it is long enough, else a new one with undefined content.</summary>
    public static T[] Grown<T>(T[] buffer, int length)
        where T : unmanaged =>
        buffer.Length >= length ? buffer : GC.AllocateUninitializedArray<T>(length, pinned: true);
}
