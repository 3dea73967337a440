namespace MdiQkd.Wire;

/// <summary>Content of a frame. Instances are refilled, so that neither end allocates per message.</summary>
public interface IWireMessage
{
    /// <summary>Bytes of the longest payload.</summary>
    int PayloadBytesMax { get; }

    /// <summary>Writes the payload.</summary>
    /// <param name="buffer">Receives at most <see cref="PayloadBytesMax"/> bytes.</param>
    /// <param name="offset">Where the payload begins.</param>
    /// <returns>Bytes written.</returns>
    int Encode(byte[] buffer, int offset);

    /// <summary>Reads a payload; after an error the fields are void.</summary>
    /// <param name="buffer">Holds the payload.</param>
    /// <param name="offset">Where it begins.</param>
    /// <param name="count">Its length.</param>
    /// <returns>None, BadLength or OutOfRange.</returns>
    WireError Decode(byte[] buffer, int offset, int count);
}
