namespace MdiQkd.Preparation.Encoder;

/// <summary>Why bytes are not a frame of the encoder protocol.</summary>
public enum EncoderFrameError
{
    /// <summary>A whole frame was read.</summary>
    None = 0,

    /// <summary>More bytes are needed; not a fault by itself.</summary>
    Incomplete = 1,

    /// <summary>Length outside 1..<see cref="EncoderFrames.LengthMax"/>.</summary>
    Length = 2,

    /// <summary>Unknown frame type.</summary>
    Type = 3,

    /// <summary>Body shorter or longer than its type has it.</summary>
    BodyLength = 4,

    /// <summary>A field outside its range.</summary>
    Field = 5,
}
