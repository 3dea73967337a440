using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>A compiled assembly, by names.</summary>
internal sealed class IlModule : IDisposable
{
    private readonly PEReader reader;

    internal IlModule(byte[] image)
    {
        reader = new PEReader(ImmutableArray.Create(image));
        Metadata = reader.GetMetadataReader();
    }

    internal MetadataReader Metadata { get; }

    /// <summary>Every method with a body.</summary>
    internal IEnumerable<(MethodDefinitionHandle Handle, MethodDefinition Method, MethodBodyBlock Body)> Bodies
    {
        get
        {
            foreach (MethodDefinitionHandle handle in Metadata.MethodDefinitions)
            {
                MethodDefinition method = Metadata.GetMethodDefinition(handle);
                if (method.RelativeVirtualAddress != 0)
                {
                    yield return (handle, method, reader.GetMethodBody(method.RelativeVirtualAddress));
                }
            }
        }
    }

    public void Dispose() => reader.Dispose();

    /// <summary>Type.Method of a definition or reference.</summary>
    internal string MethodName(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.MethodDefinition:
                MethodDefinition method = Metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                return TypeName(method.GetDeclaringType()) + "." + Metadata.GetString(method.Name);
            case HandleKind.MemberReference:
                MemberReference member = Metadata.GetMemberReference((MemberReferenceHandle)handle);
                return TypeName(member.Parent) + "." + Metadata.GetString(member.Name);
            case HandleKind.MethodSpecification:
                return MethodName(Metadata.GetMethodSpecification((MethodSpecificationHandle)handle).Method) + "<>";
            default:
                return handle.Kind.ToString();
        }
    }

    /// <summary>Namespace.Type of a definition or reference; nested types joined by '/'.</summary>
    internal string TypeName(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                TypeDefinition type = Metadata.GetTypeDefinition((TypeDefinitionHandle)handle);
                string name = Metadata.GetString(type.Name);
                TypeDefinitionHandle parent = type.GetDeclaringType();
                return !parent.IsNil ? TypeName(parent) + "/" + name : Join(Metadata.GetString(type.Namespace), name);
            case HandleKind.TypeReference:
                TypeReference reference = Metadata.GetTypeReference((TypeReferenceHandle)handle);
                string referred = Metadata.GetString(reference.Name);
                return reference.ResolutionScope.Kind == HandleKind.TypeReference
                    ? TypeName(reference.ResolutionScope) + "/" + referred
                    : Join(Metadata.GetString(reference.Namespace), referred);
            default:
                return handle.Kind.ToString();
        }
    }

    internal static EntityHandle Token(long operand) => MetadataTokens.EntityHandle((int)operand);

    /// <summary>Whether a type is an enum of this assembly, or is named as one of the class libraries.</summary>
    internal bool IsEnum(EntityHandle handle, IReadOnlySet<string> libraryEnums) =>
        handle.Kind == HandleKind.TypeDefinition
            ? TypeName(Metadata.GetTypeDefinition((TypeDefinitionHandle)handle).BaseType) == "System.Enum"
            : libraryEnums.Contains(TypeName(handle).Replace('/', '.'));

    /// <summary>Element types that occur in a signature, type arguments included.</summary>
    internal IEnumerable<SignatureTypeCode> Codes(BlobHandle signature)
    {
        CodeCollector collector = new();
        BlobReader blob = Metadata.GetBlobReader(signature);
        SignatureHeader header = blob.ReadSignatureHeader();
        blob.Reset();
        SignatureDecoder<int, object?> decoder = new(collector, Metadata, null);
        switch (header.Kind)
        {
            case SignatureKind.Method or SignatureKind.Property:
                decoder.DecodeMethodSignature(ref blob);
                break;
            case SignatureKind.Field:
                decoder.DecodeFieldSignature(ref blob);
                break;
            case SignatureKind.LocalVariables:
                decoder.DecodeLocalSignature(ref blob);
                break;
            default:
                decoder.DecodeType(ref blob);
                break;
        }

        return collector.Codes;
    }

    private static string Join(string space, string name) => space.Length > 0 ? space + "." + name : name;
}
