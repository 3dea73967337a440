using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>
/// What compiles for nanoFramework but breaks there, silently or at run time, looked for in the compiled code: each finding is
/// "rule: place". Source of the rules: statements run on the device's interpreter; see firmware/README.md, section "Dialect".
/// </summary>
internal sealed class NanoDialect
{
    internal const string Generic = "generic";
    internal const string MultiArray = "multi-dimensional array";
    internal const string Tuple = "value tuple";
    internal const string Iterator = "iterator";
    internal const string Checked = "checked";
    internal const string EnumText = "enum as text";
    internal const string Division = "division by what may be zero";
    internal const string DefaultMember = "default interface member";
    internal const string StackAllocation = "stackalloc";
    internal const string Pinned = "fixed";
    internal const string FixedBuffer = "fixed buffer";
    internal const string OpenSwitch = "switch expression that does not cover everything";
    internal const string FloatingPoint = "floating point";
    internal const string OpenMain = "Main that an exception can leave";
    internal const string Volatile = "volatile";
    internal const string ExplicitLayout = "explicit layout";

    private static readonly HashSet<string> LibraryEnums =
    [
        .. new ApiFacts(NanoCompiler.FactsFiles).Types.Where(type => type.Kind == "enum").Select(type => type.FullName),
    ];

    private readonly List<string> findings = [];
    private readonly IlModule module;
    private readonly MetadataReader metadata;

    private NanoDialect(IlModule module)
    {
        this.module = module;
        metadata = module.Metadata;
    }

    /// <summary>Everything that is wrong with an assembly.</summary>
    internal static IReadOnlyList<string> Findings(byte[] image)
    {
        using IlModule module = new(image);
        NanoDialect dialect = new(module);
        dialect.LookAtTypes();
        dialect.LookAtSignatures();
        dialect.LookAtBodies();
        return [.. dialect.findings.Distinct()];
    }

    private void Find(string rule, string place) => findings.Add($"{rule}: {place}");

    private void LookAtTypes()
    {
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            TypeDefinition type = metadata.GetTypeDefinition(handle);
            string name = module.TypeName(handle);
            bool isOfCompiler = name.Contains("<PrivateImplementationDetails>", StringComparison.Ordinal);
            if (type.GetGenericParameters().Count > 0)
            {
                Find(Generic, name);
            }

            if (name.Contains("e__FixedBuffer", StringComparison.Ordinal))
            {
                Find(FixedBuffer, name);
            }
            else if ((type.Attributes & TypeAttributes.LayoutMask) == TypeAttributes.ExplicitLayout && !isOfCompiler)
            {
                Find(ExplicitLayout, name);
            }

            if (name.Contains(">d__", StringComparison.Ordinal))
            {
                Find(Iterator, name);
            }

            foreach (MethodDefinitionHandle method in type.GetMethods())
            {
                LookAtMethod(method, (type.Attributes & TypeAttributes.Interface) != 0);
            }
        }

        foreach (TypeReferenceHandle handle in metadata.TypeReferences)
        {
            if (module.TypeName(handle).StartsWith("System.ValueTuple", StringComparison.Ordinal))
            {
                Find(Tuple, module.TypeName(handle));
            }
        }
    }

    private void LookAtMethod(MethodDefinitionHandle handle, bool isOfInterface)
    {
        MethodDefinition method = metadata.GetMethodDefinition(handle);
        if (method.GetGenericParameters().Count > 0)
        {
            Find(Generic, module.MethodName(handle));
        }

        if (isOfInterface && method.RelativeVirtualAddress != 0)
        {
            Find(DefaultMember, module.MethodName(handle));
        }
    }

    private void LookAtSignatures()
    {
        foreach (FieldDefinitionHandle handle in metadata.FieldDefinitions)
        {
            FieldDefinition field = metadata.GetFieldDefinition(handle);
            LookAt(field.Signature, module.TypeName(field.GetDeclaringType()) + "." + metadata.GetString(field.Name));
        }

        foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
        {
            LookAt(metadata.GetMethodDefinition(handle).Signature, module.MethodName(handle));
        }

        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            LookAt(metadata.GetMemberReference(handle).Signature, module.MethodName(handle));
        }

        for (int i = 1; i <= metadata.GetTableRowCount(TableIndex.TypeSpec); i++)
        {
            LookAt(
                metadata.GetTypeSpecification(MetadataTokens.TypeSpecificationHandle(i)).Signature,
                "type specification", isType: true);
        }
    }

    private void LookAt(BlobHandle signature, string place, bool isType = false)
    {
        IEnumerable<SignatureTypeCode> codes = isType ? TypeCodes(signature) : module.Codes(signature);
        foreach (SignatureTypeCode code in codes)
        {
            string? rule = code switch
            {
                SignatureTypeCode.GenericTypeInstance or SignatureTypeCode.GenericMethodParameter
                    or SignatureTypeCode.GenericTypeParameter => Generic,
                SignatureTypeCode.Array => MultiArray,
                SignatureTypeCode.Pinned => Pinned,
                SignatureTypeCode.RequiredModifier => Volatile,
                SignatureTypeCode.Single or SignatureTypeCode.Double => FloatingPoint,
                _ => null,
            };
            if (rule is not null && !(code == SignatureTypeCode.RequiredModifier && place.Contains("set_", StringComparison.Ordinal)))
            {
                Find(rule, place);
            }
        }
    }

    private HashSet<SignatureTypeCode> TypeCodes(BlobHandle signature)
    {
        CodeCollector collector = new();
        BlobReader blob = metadata.GetBlobReader(signature);
        new SignatureDecoder<int, object?>(collector, metadata, null).DecodeType(ref blob);
        return collector.Codes;
    }

    private void LookAtBodies()
    {
        foreach ((MethodDefinitionHandle handle, MethodDefinition method, MethodBodyBlock body) in module.Bodies)
        {
            string place = module.MethodName(handle);
            if (!body.LocalSignature.IsNil)
            {
                LookAt(metadata.GetStandaloneSignature(body.LocalSignature).Signature, place);
            }

            List<IlInstruction> il = IlInstruction.Read(body.GetILReader());
            for (int i = 0; i < il.Count; i++)
            {
                LookAt(il, i, place);
            }

            if (metadata.GetString(method.Name) == "Main" && body.ExceptionRegions.Length == 0)
            {
                Find(OpenMain, place);
            }

            if (place.Contains("ThrowInvalidOperationException", StringComparison.Ordinal)
                || place.Contains("ThrowSwitchExpressionException", StringComparison.Ordinal))
            {
                Find(OpenSwitch, place);
            }
        }
    }

    private void LookAt(List<IlInstruction> il, int index, string place)
    {
        IlInstruction instruction = il[index];
        string code = instruction.OpCode.Name!;
        if (code.Contains(".ovf", StringComparison.Ordinal))
        {
            Find(Checked, place);
        }
        else if (code is "div" or "div.un" or "rem" or "rem.un" && !IsSafeDivisor(il, index))
        {
            Find(Division, place);
        }
        else if (code is "ldc.r4" or "ldc.r8" or "conv.r4" or "conv.r8" or "conv.r.un")
        {
            Find(FloatingPoint, place);
        }
        else if (code == "localloc")
        {
            Find(StackAllocation, place);
        }
        else if (code == "volatile.")
        {
            Find(Volatile, place);
        }
        else if (code is "box" or "constrained." && module.IsEnum(IlModule.Token(instruction.Operand), LibraryEnums))
        {
            Find(EnumText, place);
        }
        else if (code is "call" or "callvirt" or "newobj" or "ldftn"
            && IlModule.Token(instruction.Operand) is var token)
        {
            LookAtCall(token, place);
        }
    }

    private void LookAtCall(EntityHandle token, string place)
    {
        if (token.Kind == HandleKind.MethodSpecification)
        {
            Find(Generic, place);
        }
        else if (token.Kind == HandleKind.MemberReference
            && metadata.GetMemberReference((MemberReferenceHandle)token).Parent is { Kind: HandleKind.TypeSpecification } parent)
        {
            LookAt(metadata.GetTypeSpecification((TypeSpecificationHandle)parent).Signature, place, isType: true);
        }
    }

    /// <summary>A constant that is neither 0 nor -1 stands before the division.</summary>
    private static bool IsSafeDivisor(List<IlInstruction> il, int index)
    {
        int at = index - 1;
        while (at >= 0 && il[at].OpCode.Name is "conv.i8" or "conv.u8" or "conv.i4" or "conv.u4")
        {
            at--;
        }

        return at >= 0 && il[at].OpCode.Name switch
        {
            "ldc.i4.s" or "ldc.i4" or "ldc.i8" => il[at].Operand is not (0 or -1),
            "ldc.i4.1" or "ldc.i4.2" or "ldc.i4.3" or "ldc.i4.4" or "ldc.i4.5" or "ldc.i4.6" or "ldc.i4.7" or "ldc.i4.8" => true,
            _ => false,
        };
    }
}
