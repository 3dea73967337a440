namespace MdiQkd.Preparation.Encoder;

/// <summary>Frame types of the encoder protocol; wire values (ENCODER.md, section 3).</summary>
public enum EncoderFrameType : byte
{
    /// <summary>First frame in each direction.</summary>
    Hello = 0x01,

    /// <summary>Node to device: load a session.</summary>
    Arm = 0x10,

    /// <summary>Node to device: permission to emit.</summary>
    Emit = 0x11,

    /// <summary>Node to device: stop a session.</summary>
    Stop = 0x12,

    /// <summary>Node to device: move the actuators.</summary>
    Align = 0x13,

    /// <summary>Device to node: session loaded.</summary>
    Armed = 0x20,

    /// <summary>Device to node: session refused.</summary>
    Refused = 0x21,

    /// <summary>Device to node: slots emitted so far.</summary>
    Progress = 0x22,

    /// <summary>Device to node: where the actuators stand.</summary>
    Aligned = 0x23,
}
