using System.Buffers.Binary;
using System.Numerics;

namespace MdiQkd.Acquisition.TagFiles;

/// <summary>
/// Where the blocks of a tag file begin, by time: every <see cref="Stride"/>-th block. When the entries are full, every second one
/// goes and the stride doubles, so that memory stays bounded however long a recording is.
/// </summary>
public sealed class TagFileIndex
{
    /// <summary>Entries at most: 1.5 MB.</summary>
    public const int EntriesMax = 1 << 16;

    /// <summary>Bytes of an entry in the file.</summary>
    public const int EntryBytes = 24;

    private readonly int entriesMax;
    private readonly List<TagFileIndexEntry> entries = [];

    /// <summary>Makes an empty index.</summary>
    public TagFileIndex()
        : this(EntriesMax)
    {
    }

    internal TagFileIndex(int entriesMax) => this.entriesMax = entriesMax;

    /// <summary>Entries, ascending in offset and time.</summary>
    public IReadOnlyList<TagFileIndexEntry> Entries => entries;

    /// <summary>Entry i is block i × stride.</summary>
    public int Stride { get; private set; } = 1;

    /// <summary>Blocks of tags in the file.</summary>
    public uint Blocks { get; private set; }

    /// <summary>Tags in the file.</summary>
    public long Tags { get; private set; }

    /// <summary>Tags known to be missing.</summary>
    public long LostTags { get; private set; }

    /// <summary>Last time that the file covers; -1 if it covers none.</summary>
    public long WatermarkPs { get; private set; } = -1;

    /// <summary>Adds the next block.</summary>
    public void Add(long offset, in TagFileBlock block)
    {
        if (Blocks % (uint)Stride == 0)
        {
            if (entries.Count == entriesMax)
            {
                for (int i = 0; i < entriesMax / 2; i++)
                {
                    entries[i] = entries[2 * i];
                }

                entries.RemoveRange(entriesMax / 2, entriesMax - (entriesMax / 2));
                Stride *= 2;
            }

            // The number of entries is even when they are full, so that this block is still one of the listed.
            entries.Add(new TagFileIndexEntry(offset, block.FromPs, block.TagsBefore));
        }

        Blocks++;
        Tags = block.TagsBefore + block.Tags;
        LostTags += block.LostTags;
        WatermarkPs = block.WatermarkPs;
    }

    /// <summary>Number of the entry to begin at to find a time: the last one that begins at or before it, or 0.</summary>
    public int Find(long timePs)
    {
        int low = 0;
        int high = entries.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = entries[middle].FromPs <= timePs ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    /// <summary>The index as a block: header and payload.</summary>
    internal byte[] ToBytes()
    {
        byte[] bytes = new byte[TagFileBlock.HeaderBytes + (entries.Count * EntryBytes)];
        Span<byte> payload = bytes.AsSpan(TagFileBlock.HeaderBytes);
        for (int i = 0; i < entries.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(payload[(EntryBytes * i)..], entries[i].Offset);
            BinaryPrimitives.WriteInt64LittleEndian(payload[((EntryBytes * i) + 8)..], entries[i].FromPs);
            BinaryPrimitives.WriteInt64LittleEndian(payload[((EntryBytes * i) + 16)..], entries[i].TagsBefore);
        }

        new TagFileBlock(
            TagFileBlockKind.Index, 0, Blocks, payload.Length, entries.Count, Stride, 0, 0, WatermarkPs, LostTags, Tags,
            Crc32C.Compute(payload)).Write(bytes);
        return bytes;
    }

    /// <summary>Reads the payload of an index.</summary>
    /// <returns>The index, or null if it is damaged.</returns>
    internal static TagFileIndex? TryRead(in TagFileBlock header, ReadOnlySpan<byte> payload)
    {
        if (header.Kind != TagFileBlockKind.Index || payload.Length != header.PayloadBytes
            || Crc32C.Compute(payload) != header.PayloadChecksum || !BitOperations.IsPow2(header.Tags))
        {
            return null;
        }

        TagFileIndex index = new()
        {
            Stride = header.Tags, Blocks = header.Number, Tags = header.TagsBefore, LostTags = header.LostTags,
            WatermarkPs = header.WatermarkPs,
        };
        for (; !payload.IsEmpty; payload = payload[EntryBytes..])
        {
            index.entries.Add(new TagFileIndexEntry(
                BinaryPrimitives.ReadInt64LittleEndian(payload),
                BinaryPrimitives.ReadInt64LittleEndian(payload[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(payload[16..])));
        }

        return index;
    }
}
